//! A mapping at work: bound to a file's header, it turns rows into operations.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::convert::Maker;
use super::mapping::{Condition, Origin, StampRules, TimeRule, Wanted};
use super::when;
use crate::fault::{Code, Fault, Faults};
use crate::job::RowFault;
use crate::operation::{Action, Duplicates, Expect, RecordOperation};
use crate::source::{Author, SourceId, Stamps};

/// Turns the rows of one file into operations, under one schema version.
#[derive(Clone, Debug)]
pub struct Mapper {
    pub(super) object: String,
    pub(super) system: String,
    pub(super) source_object: String,
    pub(super) columns: Arc<HashMap<String, String>>,
    pub(super) cells: Cells,
    pub(super) id: Vec<usize>,
    pub(super) tests: Vec<Test>,
    pub(super) fields: Vec<MappedField>,
    pub(super) matched: Vec<String>,
    pub(super) stamps: StampCells,
}

/// A field with the cells that it is made of.
#[derive(Clone, Debug)]
pub(super) struct MappedField {
    pub(super) maker: Maker,
    pub(super) origin: CellOrigin,
    pub(super) tests: Vec<Test>,
    pub(super) currency: Option<CellOrigin>,
    /// The column that a fault of the field is about.
    pub(super) column: Option<String>,
    /// Whether it refers to rows that need not be there the first time.
    pub(super) is_deferred: bool,
}

/// An origin with cells by their number.
#[derive(Clone, Debug)]
pub(super) enum CellOrigin {
    Cell(usize),
    Joined(Vec<usize>, String),
    Constant(Json),
}

/// A condition with its cell by its number.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) column: usize,
    pub(super) values: Vec<Option<String>>,
    pub(super) wanted: Wanted,
}

/// Stamps with their cells by their number.
#[derive(Clone, Debug, Default)]
pub(super) struct StampCells {
    created_at: Option<(usize, TimeRule)>,
    updated_at: Option<(usize, TimeRule)>,
    created_by: Option<(usize, String)>,
    updated_by: Option<(usize, String)>,
}

/// The columns that a mapping reads, numbered in the order in which it names them.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    /// Their names, with the place in the mapping that names them first.
    names: Vec<(String, String)>,
}

/// Where in a row each column is that the mapping reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding(Vec<usize>);

/// Which time a file's rows are gone through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// The first: without references to what comes later.
    First,
    /// The second: only rows that have such references, with them.
    Second,
}

impl Cells {
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(name, pointer)| (name.as_str(), pointer.as_str()))
    }

    pub(super) fn read(&mut self, column: &str, pointer: &str) -> usize {
        match self.names.iter().position(|(name, _)| name == column) {
            Some(index) => index,
            None => {
                self.names.push((column.to_owned(), pointer.to_owned()));
                self.names.len() - 1
            }
        }
    }

    pub(super) fn origin(&mut self, origin: &Origin, pointer: &str) -> CellOrigin {
        match origin {
            Origin::Column(name) => CellOrigin::Cell(self.read(name, pointer)),
            Origin::Columns { names, join } => {
                CellOrigin::Joined(names.iter().map(|name| self.read(name, pointer)).collect(), join.clone())
            }
            Origin::Constant(constant) => CellOrigin::Constant(constant.clone()),
        }
    }

    pub(super) fn tests(&mut self, conditions: &[Condition], at: &str) -> Vec<Test> {
        let member = |wanted| if wanted == Wanted::OneOf { "where" } else { "except" };
        let test = |condition: &Condition| Test {
            column: self.read(&condition.column, &format!("{at}/{}", member(condition.wanted))),
            values: condition.values.clone(),
            wanted: condition.wanted,
        };
        conditions.iter().map(test).collect()
    }

    pub(super) fn stamps(&mut self, rules: &StampRules, at: &str) -> StampCells {
        let mut time = |rule: &Option<(String, TimeRule)>, member: &str| {
            let (column, time) = rule.as_ref()?;
            Some((self.read(column, &format!("{at}/{member}")), time.clone()))
        };
        let (created_at, updated_at) =
            (time(&rules.created_at, "created_at"), time(&rules.updated_at, "updated_at"));
        let mut author = |rule: &Option<super::AuthorRule>, member: &str| {
            let rule = rule.as_ref()?;
            Some((self.read(&rule.column, &format!("{at}/{member}")), rule.source_object.clone()))
        };
        let (created_by, updated_by) =
            (author(&rules.created_by, "created_by"), author(&rules.updated_by, "updated_by"));
        StampCells { created_at, updated_at, created_by, updated_by }
    }
}

impl Mapper {
    /// The object that the rows become.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// The columns that are read, in the order in which [`Self::map`] takes them from rows
    /// that are bound to them as their header.
    #[must_use]
    pub fn reads(&self) -> Vec<String> {
        self.cells.names().map(|(name, _)| name.to_owned()).collect()
    }

    /// The column that each field comes from, by the field's name.
    #[must_use]
    pub fn columns(&self) -> Arc<HashMap<String, String>> {
        self.columns.clone()
    }

    /// Whether the file has to be gone through twice.
    #[must_use]
    pub fn has_second_pass(&self) -> bool {
        self.fields.iter().any(|field| field.is_deferred)
    }

    /// Finds the columns that are read in a file's header.
    ///
    /// # Errors
    /// Every column that is not there or stands there twice, with a near miss and the place
    /// in the mapping that asks for it.
    pub fn bind(&self, header: &[String]) -> Result<Binding, Faults> {
        let mut faults = Faults::new();
        let mut places = Vec::with_capacity(self.cells.names.len());
        for (name, pointer) in self.cells.names() {
            let mut found = header.iter().enumerate().filter(|(_, column)| *column == name);
            match (found.next(), found.next()) {
                (Some((place, _)), None) => places.push(place),
                (None, _) => {
                    let fault = Fault::new(Code::UnknownField, format!("the file has no column `{name}`"));
                    let known = header.iter().map(String::as_str);
                    faults.push(fault.under(pointer).did_you_mean(name, known));
                }
                (Some(_), Some(_)) => {
                    let message = format!("the file has more than one column `{name}`");
                    faults.push(Fault::new(Code::InvalidDefinition, message).under(pointer));
                }
            }
        }
        if faults.is_empty() { Ok(Binding(places)) } else { Err(faults) }
    }

    /// The operation that a row asks for; none for a row that is not meant, or that has
    /// nothing to add in the second pass.
    ///
    /// # Errors
    /// Everything that is wrong with the row, with the columns that it is about.
    pub fn map(
        &self,
        binding: &Binding,
        row: &[&str],
        pass: Pass,
    ) -> Result<Option<RecordOperation>, Vec<RowFault>> {
        let row = Row { binding, cells: row };
        if !self.tests.iter().all(|test| test.holds(row.cell(test.column))) {
            return Ok(None);
        }
        let mut faults = Vec::new();
        let mut input = Map::with_capacity(self.fields.len());
        let mut adds = false;
        for field in &self.fields {
            if field.is_deferred && pass == Pass::First {
                continue;
            }
            match row.value(field) {
                Ok(value) => {
                    adds |= field.is_deferred && !value.is_null();
                    input.insert(field.maker.field.name.clone(), value);
                }
                Err(fault) => {
                    let fault = fault.at(&field.maker.field.name).under("/record");
                    faults.push(RowFault { fault, column: field.column.as_deref().map(Into::into) });
                }
            }
        }
        if pass == Pass::Second && !adds {
            // What is wrong with the row was said the first time.
            return Ok(None);
        }
        let source = self.source(&row, &mut faults);
        let stamps = self.stamps(&row, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Some(RecordOperation {
            object: self.object.clone(),
            action: self.action(input),
            label: None,
            duplicates: Duplicates::Ignore,
            prepared: None,
            source,
            stamps: Some(stamps).filter(|stamps| !stamps.is_empty()),
        }))
    }

    /// A record that is there already is found by its id in the source, or else by the key.
    fn action(&self, input: Map<String, Json>) -> Action {
        let by: Option<Map<String, Json>> = self
            .matched
            .iter()
            .map(|name| Some((name.clone(), input.get(name).filter(|value| !value.is_null())?.clone())))
            .collect();
        let input = Arc::new(input);
        match by {
            Some(by) if !by.is_empty() => {
                Action::Upsert { by: Arc::new(by), input, expect: Expect::Anything }
            }
            _ => Action::Create { input },
        }
    }

    fn source(&self, row: &Row<'_>, faults: &mut Vec<RowFault>) -> Option<SourceId> {
        let first = *self.id.first()?;
        let cells: Vec<&str> = self.id.iter().map(|column| row.cell(*column).trim()).collect();
        let column = Some(self.cells.names.get(first).map_or("", |(name, _)| name).into());
        if cells.iter().all(|cell| cell.is_empty()) {
            let fault = Fault::new(Code::Required, "the row has no id").at("source");
            faults.push(RowFault { fault, column });
            return None;
        }
        let id = match cells[..] {
            [only] => only.to_owned(),
            // Two ids of several parts are never the same by how they are put together.
            _ => cells.iter().map(|cell| cell.replace('|', "||")).collect::<Vec<_>>().join("|"),
        };
        match SourceId::new(&self.system, &self.source_object, &id) {
            Ok(source) => Some(source),
            Err(fault) => {
                faults.push(RowFault { fault: fault.under("/source"), column });
                None
            }
        }
    }

    fn stamps(&self, row: &Row<'_>, faults: &mut Vec<RowFault>) -> Stamps {
        let StampCells { created_at, updated_at, created_by, updated_by } = &self.stamps;
        let name = |column: usize| self.cells.names.get(column).map(|(name, _)| name.as_str().into());
        let mut time = |rule: &Option<(usize, TimeRule)>, member: &str| {
            let (column, rule) = rule.as_ref()?;
            let text = row.cell(*column).trim();
            if text.is_empty() {
                return None;
            }
            let at = when::time(rule, text);
            if at.is_none() {
                let message = format!("`{member}` is not written as `{}`", rule.format);
                let fault = Fault::new(Code::InvalidValue, message).at(member).under("/stamps");
                faults.push(RowFault { fault, column: name(*column) });
            }
            at
        };
        let (created_at, updated_at) = (time(created_at, "created_at"), time(updated_at, "updated_at"));
        let mut author = |rule: &Option<(usize, String)>, member: &str| {
            let (column, kind) = rule.as_ref()?;
            let text = row.cell(*column).trim();
            if text.is_empty() {
                return None;
            }
            match SourceId::new(&self.system, kind, text) {
                Ok(source) => Some(Author::Source(source)),
                Err(fault) => {
                    let fault = fault.under(&format!("/stamps/{member}"));
                    faults.push(RowFault { fault, column: name(*column) });
                    None
                }
            }
        };
        let (created_by, updated_by) = (author(created_by, "created_by"), author(updated_by, "updated_by"));
        Stamps { created_at, updated_at, created_by, updated_by }
    }
}

impl Test {
    fn holds(&self, cell: &str) -> bool {
        let cell = cell.trim();
        let is_one = self.values.iter().any(|value| value.as_deref().unwrap_or("") == cell);
        match self.wanted {
            Wanted::OneOf => is_one,
            Wanted::NoneOf => !is_one,
        }
    }
}

/// A row's cells by the numbers of the columns that the mapping reads.
struct Row<'a> {
    binding: &'a Binding,
    cells: &'a [&'a str],
}

impl<'a> Row<'a> {
    /// A cell; a row that is too short has empty ones at its end.
    fn cell(&self, column: usize) -> &'a str {
        let place = self.binding.0.get(column);
        place.and_then(|place| self.cells.get(*place)).copied().unwrap_or("")
    }

    fn value(&self, field: &MappedField) -> Result<Json, Fault> {
        if !field.tests.iter().all(|test| test.holds(self.cell(test.column))) {
            return field.maker.value("", None);
        }
        let currency = field.currency.as_ref().map(|origin| self.text(origin));
        let currency = currency.as_deref().filter(|code| !code.is_empty());
        match &field.origin {
            CellOrigin::Constant(constant) if currency.is_none() => field.maker.constant(constant),
            origin => field.maker.value(&self.text(origin), currency),
        }
    }

    fn text(&self, origin: &CellOrigin) -> String {
        match origin {
            CellOrigin::Cell(column) => self.cell(*column).to_owned(),
            CellOrigin::Joined(columns, join) => {
                let cells = columns.iter().map(|column| self.cell(*column).trim());
                cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(join)
            }
            CellOrigin::Constant(Json::String(text)) => text.clone(),
            CellOrigin::Constant(other) => other.to_string(),
        }
    }
}
