//! Records counted and added up by what they have in common.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::filter::{compile, filter};
use super::group::{Group, group};
use super::measure::{Measure, measure};
use crate::catalog::{Catalog, Definition, Field, Object};
use crate::expression::{Expression, Given};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::limits::{GROUPS_MAX, MEASURES_MAX};
use crate::value::ColumnKind;

/// The object that a query's measures are the fields of, in their order, numbered from 1.
pub const RESULT: ObjectNo = ObjectNo(1);

/// What is asked of an object's records together.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// What those of one group have in common; all records are one group without any.
    pub groups: Vec<Group>,
    /// What is said of each group.
    pub measures: Vec<Measure>,
    /// The measures as fields of the object [`RESULT`], over which `having` is written.
    pub result: Arc<Catalog>,
    /// Which groups: those for which it is true.
    pub having: Option<Expression>,
    /// By what they are ordered; each is a group or a measure, and every group is there.
    pub order: Vec<ResultSort>,
}

/// One thing that groups are ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResultSort {
    /// What.
    pub of: ResultColumn,
    /// Whether the greatest comes first.
    pub is_descending: bool,
    /// Whether those without a value come first.
    pub is_null_first: bool,
}

/// A group or a measure, by its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResultColumn {
    /// What a group has in common.
    Group(usize),
    /// What is said of it.
    Measure(usize),
}

/// What a caller writes of an aggregate.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AggregateText {
    /// `group_by`.
    pub groups: Vec<String>,
    /// `measures`: by name, a function, or one with a condition of its own.
    pub measures: Map<String, Json>,
    /// `having`.
    pub having: Option<String>,
    /// `order`.
    pub order: Option<String>,
}

impl Aggregate {
    /// Checks what a caller wrote.
    ///
    /// # Errors
    /// Every fault, with a pointer into the request.
    pub fn of(
        text: &AggregateText,
        object: &Object,
        catalog: &Catalog,
        given: Given,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        check_counts(text, &mut faults);
        let mut groups = Vec::with_capacity(text.groups.len());
        for (index, source) in text.groups.iter().enumerate() {
            match group(source, object, catalog, given) {
                Ok(group) => groups.push(group),
                Err(found) => faults
                    .extend(found.into_iter().map(|fault| fault.at(&index.to_string()).under("/group_by"))),
            }
        }
        let mut measures = Vec::with_capacity(text.measures.len());
        for (name, json) in &text.measures {
            match measure(name, json, &groups, object, catalog, given) {
                Ok(measure) => measures.push(measure),
                Err(found) => {
                    faults.extend(found.into_iter().map(|fault| fault.at(name).under("/measures")));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let result = result(&measures);
        let having = match &text.having {
            Some(source) => Some(having(source, &result, given)?),
            None => None,
        };
        let order = order(text.order.as_deref(), &groups, &measures)?;
        Ok(Self { groups, measures, result, having, order })
    }
}

impl Aggregate {
    /// The kinds of the columns of all groups, in order.
    pub fn group_columns(&self) -> impl Iterator<Item = ColumnKind> {
        self.groups.iter().flat_map(|group| group.columns.iter().copied())
    }

    /// The kind of each measure's column.
    pub fn measure_columns(&self) -> impl Iterator<Item = ColumnKind> {
        let table = self.result.object(RESULT).map(|object| object.table());
        (0..self.measures.len()).filter_map(move |slot| {
            let table = table?;
            table.columns.get(table.range(slot).start).map(|column| column.kind)
        })
    }

    /// The kinds of the columns that groups are ordered by.
    #[must_use]
    pub fn order_columns(&self) -> Vec<ColumnKind> {
        let measures: Vec<ColumnKind> = self.measure_columns().collect();
        let columns = |sort: &ResultSort| match sort.of {
            ResultColumn::Group(place) => self.groups[place].columns.clone(),
            ResultColumn::Measure(place) => measures.get(place).copied().into_iter().collect(),
        };
        self.order.iter().flat_map(columns).collect()
    }
}

fn check_counts(text: &AggregateText, faults: &mut Faults) {
    for (member, count, most) in
        [("group_by", text.groups.len(), GROUPS_MAX), ("measures", text.measures.len(), MEASURES_MAX)]
    {
        if count > most {
            let message = format!("`{member}` has at most {most} entries, not {count}");
            faults.push(Fault::new(Code::LimitReached, message).at(member));
        }
    }
    for (index, name) in text.groups.iter().enumerate() {
        if text.groups[..index].contains(name) {
            let fault = Fault::new(Code::InvalidValue, format!("`{name}` stands twice"));
            faults.push(fault.at(&index.to_string()).under("/group_by"));
        }
    }
    for name in text.measures.keys().filter(|name| text.groups.contains(name)) {
        let fault = Fault::new(Code::InvalidName, format!("`{name}` is the name of a group"));
        faults.push(fault.at(name).under("/measures"));
    }
}

/// The measures as the fields of an object of their own.
fn result(measures: &[Measure]) -> Arc<Catalog> {
    let fields = (1..)
        .zip(measures)
        .map(|(place, measure)| Field::new(FieldNo(place), &measure.name, measure.kind.clone()));
    let definition = Definition { fields: fields.collect(), ..Definition::new(RESULT, "result", "result") };
    Arc::new(Catalog::compile(SchemaVersion(1), [definition]))
}

fn having(source: &str, result: &Catalog, given: Given) -> Result<Expression, Faults> {
    let object = result.object(RESULT);
    let object = object.ok_or_else(|| vec![Fault::new(Code::Internal, "a result without an object")])?;
    filter(source, object, result, given)
        .map_err(|faults| faults.into_iter().map(|fault| fault.at("having")).collect())
}

/// Reads an order of groups; those it does not name follow, so that it is a total one.
fn order(text: Option<&str>, groups: &[Group], measures: &[Measure]) -> Result<Vec<ResultSort>, Faults> {
    let mut sorts: Vec<ResultSort> = Vec::new();
    let mut faults = Faults::new();
    for part in text.into_iter().flat_map(|text| text.split(',')).map(str::trim) {
        let (is_descending, rest) = part.strip_prefix('-').map_or((false, part), |rest| (true, rest));
        let (name, is_null_first) = if let Some(name) = rest.strip_suffix(":nulls_first") {
            (name, true)
        } else if let Some(name) = rest.strip_suffix(":nulls_last") {
            (name, false)
        } else {
            (rest, !is_descending)
        };
        let group = groups.iter().position(|group| group.name == name).map(ResultColumn::Group);
        let measure = || measures.iter().position(|measure| measure.name == name).map(ResultColumn::Measure);
        match group.or_else(measure) {
            Some(of) if sorts.iter().any(|sort| sort.of == of) => {
                faults.push(Fault::new(Code::InvalidValue, format!("`{name}` stands twice")).at("order"));
            }
            Some(of) => sorts.push(ResultSort { of, is_descending, is_null_first }),
            None => {
                let shown: String = name.chars().take(60).collect();
                let message = format!("`{shown}` is neither a group nor a measure");
                let names = groups
                    .iter()
                    .map(|group| &group.name)
                    .chain(measures.iter().map(|measure| &measure.name));
                let fault = Fault::new(Code::InvalidValue, message).at("order");
                faults.push(fault.did_you_mean(name, names.map(String::as_str)));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    for place in 0..groups.len() {
        let of = ResultColumn::Group(place);
        if sorts.iter().all(|sort| sort.of != of) {
            sorts.push(ResultSort { of, is_descending: false, is_null_first: true });
        }
    }
    Ok(sorts)
}

/// Compiles what is grouped by, or measured, and checks that the databases have it alike.
pub(super) fn value(
    source: &str,
    object: &Object,
    catalog: &Catalog,
    given: Given,
) -> Result<Expression, Faults> {
    let expression = compile(source, object, catalog)?;
    let definitions = |number| catalog.definition(number);
    expression.decidable(object.definition(), &definitions, given).map_err(|fault| vec![fault])?;
    Ok(expression)
}
