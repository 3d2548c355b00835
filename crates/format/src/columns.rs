//! Columns of a file and what they are of an object: fields, parts of fields, or what
//! says which record is meant.

mod members;
mod resolve;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Field, Object};
use kith_model::fault::{Code, Fault};
use kith_model::job::RowFault;
use serde_json::{Map, Value as Json};

use crate::format::Empty;
use crate::reader::Cell;
use crate::wire::{is_empty, wire};

pub use members::assemble;

/// The column, or member, that says which record is meant.
const ID: &str = "id";

/// The column, or member, that says which version of it was seen.
const IF_MATCH: &str = "if_match";

/// What a row says, by its parts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Assembled {
    /// The id of the record that is meant.
    pub id: Option<Box<str>>,
    /// The version of it that was seen.
    pub if_match: Option<i64>,
    /// The fields, as the API takes them.
    pub record: Map<String, Json>,
}

/// The columns of a file of CSV, matched with an object.
#[derive(Clone, Debug)]
pub struct Columns {
    object: Arc<Object>,
    catalog: Arc<Catalog>,
    header: Vec<String>,
    parts: Vec<Part>,
}

/// What a column is.
#[derive(Clone, Debug)]
enum Part {
    /// The id.
    Id,
    /// The version that was seen.
    IfMatch,
    /// What Kith sets: an export has it, and a load passes it over.
    Set,
    /// The field in a slot.
    Field(usize),
    /// One member of an amount, in a slot.
    Money(usize, &'static str),
    /// A reference, in a slot, by a field of its target.
    By { slot: usize, target: Arc<Object>, names_target: bool, of: usize },
}

impl Columns {
    /// Matches a header with an object. A column is the name of a field (earlier ones work),
    /// `id`, `if_match`, `amount.amount` and `amount.currency` for the two parts of a currency
    /// field, `company.domain` for a reference by a field of its target, or
    /// `subject.company.domain` where it has several targets. What Kith sets is passed over.
    ///
    /// # Errors
    /// Every column that is none of these, or stands twice.
    pub fn of(
        header: &[String],
        object: &Arc<Object>,
        catalog: &Arc<Catalog>,
    ) -> Result<Self, Vec<RowFault>> {
        let parts = resolve::resolve(header, object, catalog)?;
        Ok(Self { object: object.clone(), catalog: catalog.clone(), header: header.to_vec(), parts })
    }

    /// The columns that are passed over, as Kith sets what they name.
    pub fn passed_over(&self) -> impl Iterator<Item = &str> {
        let columns = self.header.iter().zip(&self.parts);
        columns.filter(|(_, part)| matches!(part, Part::Set)).map(|(name, _)| name.as_str())
    }

    /// The column that each field comes from, by the field's name.
    #[must_use]
    pub fn by_field(&self) -> HashMap<String, String> {
        let columns = self.header.iter().zip(&self.parts);
        columns.filter_map(|(name, part)| Some((self.field(part)?.name.clone(), name.clone()))).collect()
    }

    /// What a row says: cells in the order of the header, as many as it has columns.
    ///
    /// # Errors
    /// Every cell that is not what its column wants.
    pub fn assemble(&self, cells: &[Cell], empty: Empty) -> Result<Assembled, Vec<RowFault>> {
        let mut row = Assembled::default();
        let mut faults = Vec::new();
        for ((part, cell), name) in self.parts.iter().zip(cells).zip(&self.header) {
            if let Err(fault) = self.take(part, cell, empty, &mut row) {
                faults.push(RowFault { fault, column: Some(name.as_str().into()) });
            }
        }
        if faults.is_empty() { Ok(row) } else { Err(faults) }
    }

    fn take(&self, part: &Part, cell: &Cell, empty: Empty, row: &mut Assembled) -> Result<(), Fault> {
        match part {
            Part::Id => row.id = Some(cell.text.clone()).filter(|id| !id.is_empty()),
            Part::IfMatch => row.if_match = version(&cell.text)?,
            Part::Set => {}
            Part::Field(slot) => {
                let field = &self.object.fields()[*slot];
                if empty == Empty::Null || !is_empty(field, cell) {
                    row.record.insert(field.name.clone(), wire(field, cell, &self.catalog)?);
                }
            }
            Part::Money(slot, member) => {
                let field = &self.object.fields()[*slot];
                if cell.text.is_empty() {
                    leave_empty(field, empty, row);
                } else {
                    let money = row.record.entry(field.name.as_str()).or_insert(Json::Null);
                    put(money, member, Json::String(cell.text.to_string()));
                }
            }
            Part::By { slot, target, names_target, of } => {
                let (field, of) = (&self.object.fields()[*slot], &target.fields()[*of]);
                if is_empty(of, cell) {
                    leave_empty(field, empty, row);
                    return Ok(());
                }
                let value = wire(of, cell, &self.catalog);
                let value = value.map_err(|fault| fault.under(&format!("/{}", field.name)))?;
                let reference = row.record.entry(field.name.as_str()).or_insert(Json::Null);
                if *names_target {
                    put(reference, "$object", Json::String(target.name.clone()));
                }
                let mut by = reference.get_mut("$by").map_or(Json::Null, Json::take);
                put(&mut by, &of.name, value);
                put(reference, "$by", by);
            }
        }
        Ok(())
    }

    fn field(&self, part: &Part) -> Option<&Field> {
        match part {
            Part::Field(slot) | Part::Money(slot, _) | Part::By { slot, .. } => {
                self.object.fields().get(*slot)
            }
            Part::Id | Part::IfMatch | Part::Set => None,
        }
    }
}

/// Sets a member of what is an object from then on.
fn put(value: &mut Json, member: &str, given: Json) {
    match value {
        Json::Object(members) => {
            members.insert(member.to_owned(), given);
        }
        _ => *value = Json::Object(Map::from_iter([(member.to_owned(), given)])),
    }
}

/// A column of several of a field has nothing. The others may have something: then what is
/// missing is for the field's own check to say.
fn leave_empty(field: &Field, empty: Empty, row: &mut Assembled) {
    if empty == Empty::Null {
        row.record.entry(field.name.as_str()).or_insert(Json::Null);
    }
}

/// A version as a number, or as the `ETag` that has it in quotes.
fn version(text: &str) -> Result<Option<i64>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let fault = Fault::new(Code::InvalidValue, "`if_match` is not a record's version");
        fault.hint("write the `version` that you saw, as in `3`").at(IF_MATCH)
    };
    text.trim_matches('"').parse().map(Some).map_err(|_| wrong())
}
