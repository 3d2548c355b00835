//! Pages of an object's records by the query language. One statement, however many
//! references are gone through and whatever is null.

mod after;
mod aggregate;
mod term;

#[cfg(test)]
mod tests;

use kith_model::catalog::{Catalog, Object};
use kith_model::expression::Given;
use kith_model::value::Cell;

pub(crate) use self::aggregate::groups;

use self::after::after;
use self::term::{Term, terms};
use super::expression::{Place, Reach, Unsupported, condition};
use super::record::equals;
use crate::dialect::{Dialect, Statement};
use crate::query::{Filter, Query};

/// What the records are called in the statement.
const RECORDS: &str = "t";

/// Which records of the order's first member a part of the statement is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of them, as every record has a value.
    All,
    /// Those with a value.
    Valued,
    /// Those without one.
    Null,
}

/// A page: the object's columns in table order, then those of the order.
pub(crate) fn page(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    object: &Object,
    query: &Query,
) -> Result<Statement, Unsupported> {
    let mut writer = Writer::new(dialect, catalog, object, query);
    let conditions = writer.conditions()?;
    let terms = terms(dialect, object, &query.order, &writer.reach, RECORDS)?;
    let parts: Vec<String> = writer
        .parts(&terms)
        .into_iter()
        .enumerate()
        .map(|(number, (part, continues))| writer.select(&terms, &conditions, part, continues, number))
        .collect();
    writer.cells.push(Cell::Integer(i64::from(query.limit)));
    let limit = format!("limit ${}", writer.cells.len());
    let template = match parts.as_slice() {
        [one] => format!("{one}\n{limit}"),
        several => {
            let wrapped: Vec<String> = several
                .iter()
                .zip(["a", "b"])
                .map(|(part, name)| format!("select * from (\n{part}\n{limit}\n) as {name}"))
                .collect();
            let first = object.table().columns.len();
            let order = whole_order(&terms, first);
            format!("{}\norder by {order}\n{limit}", wrapped.join("\nunion all\n"))
        }
    };
    Ok(Statement { sql: dialect.text(&template), cells: writer.cells })
}

/// The number of records that a query is about.
pub(crate) fn count(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    object: &Object,
    query: &Query,
) -> Result<Statement, Unsupported> {
    let mut writer = Writer::new(dialect, catalog, object, query);
    let conditions = writer.conditions()?;
    let table = dialect.table(&object.table().name);
    let mut template = format!("select count(*)\nfrom {table} as {RECORDS}{}", writer.reach.joins());
    if !conditions.is_empty() {
        template.push_str(&format!("\nwhere {}", conditions.join(" and ")));
    }
    Ok(Statement { sql: dialect.text(&template), cells: writer.cells })
}

/// The order of both parts together, by the places of its columns.
fn whole_order(terms: &[Term], first: usize) -> String {
    let part = format!("{} asc", first + terms.len() + 1);
    let places = terms.iter().enumerate().map(|(index, term)| {
        let nulls = if term.is_null_first { "first" } else { "last" };
        format!("{} {} nulls {nulls}", first + index + 1, term.way())
    });
    std::iter::once(part).chain(places).collect::<Vec<_>>().join(", ")
}

struct Writer<'q> {
    dialect: Dialect<'q>,
    object: &'q Object,
    query: &'q Query,
    reach: Reach<'q>,
    cells: Vec<Cell<'static>>,
    /// The parameter of each cell of the place after which the page begins; none for null.
    after: Vec<Option<String>>,
}

impl<'q> Writer<'q> {
    fn new(dialect: Dialect<'q>, catalog: &'q Catalog, object: &'q Object, query: &'q Query) -> Self {
        let mut cells = Vec::new();
        let mut bind = |cell: &Cell<'static>| match cell {
            Cell::Null => None,
            cell => {
                cells.push(cell.clone());
                Some(format!("${}", cells.len()))
            }
        };
        let after = query.after.iter().flatten().map(&mut bind).collect();
        let reach = Reach::new(catalog, Given { now: query.now });
        Self { dialect, object, query, reach, cells, after }
    }

    /// What holds for every record of the query.
    fn conditions(&mut self) -> Result<Vec<String>, Unsupported> {
        let mut conditions = Vec::new();
        for Filter::Equals(slot, value) in &self.query.filters {
            conditions.extend(equals(self.object, (Some(RECORDS), *slot), value, &mut self.cells));
        }
        if let Some(expression) = &self.query.condition {
            let place = Place {
                object: self.object.definition(),
                table: self.object.table(),
                name: RECORDS,
                parameters: 0,
                reach: Some(&self.reach),
            };
            conditions.push(condition(self.dialect, expression, place, &mut self.cells)?);
        }
        Ok(conditions)
    }

    /// The parts in the order in which they come, and whether each begins after the place.
    /// With and without a value apart, so that an index serves either, whichever way null
    /// goes in it.
    fn parts(&self, terms: &[Term]) -> Vec<(Part, bool)> {
        let Some(first) = terms.first() else { return Vec::new() };
        let is_within = !self.after.is_empty();
        if first.is_never_null {
            return vec![(Part::All, is_within)];
        }
        let parts = match first.is_null_first {
            true => [Part::Null, Part::Valued],
            false => [Part::Valued, Part::Null],
        };
        let reached = match self.after.first() {
            None => return parts.into_iter().map(|part| (part, false)).collect(),
            Some(Some(_)) => Part::Valued,
            Some(None) => Part::Null,
        };
        let from = parts.iter().position(|part| *part == reached).unwrap_or(0);
        parts[from..].iter().map(|part| (*part, *part == reached)).collect()
    }

    fn select(
        &self,
        terms: &[Term],
        conditions: &[String],
        part: Part,
        continues: bool,
        number: usize,
    ) -> String {
        let first = terms.first().map_or("", |term| term.text.as_str());
        let mut conditions = conditions.to_vec();
        let is_null = part == Part::Null;
        match part {
            Part::All => {}
            Part::Valued => conditions.push(format!("{first} is not null")),
            Part::Null => conditions.push(format!("{first} is null")),
        }
        // Where the first member is null, the others decide.
        let from = usize::from(is_null);
        let mut terms = terms.to_vec();
        if let (Part::Valued, Some(first)) = (part, terms.first_mut()) {
            first.is_never_null = true;
        }
        if continues {
            let places = self.after.get(from..).unwrap_or_default();
            conditions.extend(after(&terms[from..], places));
        }
        let columns = self.object.table().columns.iter().map(|column| format!("{RECORDS}.{}", column.name));
        let keys = terms.iter().enumerate().map(|(index, term)| format!("{} as k{index}", term.text));
        let columns: Vec<String> = columns.chain(keys).collect();
        let order: Vec<String> = terms[from..].iter().map(Term::ordered).collect();
        let table = self.dialect.table(&self.object.table().name);
        let joins = self.reach.joins();
        let mut text =
            format!("select {}, {number} as part\nfrom {table} as {RECORDS}{joins}", columns.join(", "));
        if !conditions.is_empty() {
            text.push_str(&format!("\nwhere {}", conditions.join(" and ")));
        }
        text.push_str(&format!("\norder by {}", order.join(", ")));
        text
    }
}
