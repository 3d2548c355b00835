//! What a schema change does to the tables, as statements for either database. Pure:
//! the engines run them, one at a time, inside the change's transaction.
//!
//! Names come from the checked catalog and stand in the text; values are bound.

mod condition;
mod fault;
mod field;
mod fill;
mod groups;
mod key;
mod remains;
mod table;
mod wider;

#[cfg(test)]
mod tests;

use kith_model::catalog::{Catalog, Definition, Field, Key, Table};
use kith_model::id::{FieldNo, ObjectNo};
use kith_model::limits;

use crate::dialect::Statement;
use crate::error::{Error, Result};

pub(crate) use condition::condition;
pub(crate) use fault::{not_unique, refused, sum_out_of_range};
pub(crate) use field::{add_field, add_target, drop_field};
pub(crate) use fill::{fill_rollup, index_rollup, out_of_range};
pub(crate) use groups::{group_faults, groups};
pub(crate) use key::{
    add_fold, create_key, create_key_apart, drop_fold, drop_key, duplicates, fold_page, fold_write,
    has_more_than,
};
pub(crate) use remains::remains;
pub use remains::{Purged, Remains};
pub(crate) use table::{create_table, drop_table};
pub(crate) use wider::{add_wider, copy_wider, copy_wider_between, drop_narrow, drop_wider};

/// How many records a refused schema change names.
const NAMED_MAX: usize = limits::FAULT_RECORDS_MAX;

/// An object that statements are made for, with its table laid out.
struct Subject<'a> {
    definition: &'a Definition,
    table: Table,
}

impl<'a> Subject<'a> {
    fn of(definition: &'a Definition) -> Self {
        Self { definition, table: Table::of(definition) }
    }

    /// A live field with its slot.
    fn field(&self, number: FieldNo) -> Result<(usize, &'a Field)> {
        let mut fields = self.definition.fields.iter().enumerate();
        fields.find(|(_, field)| field.number == number).ok_or_else(|| {
            Error::Corrupt(format!("object `{}` has no field number {number}", self.definition.name))
        })
    }

    /// The names of a field's own columns, the folded copy aside.
    fn columns(&self, number: FieldNo) -> Result<Vec<&str>> {
        let (slot, _) = self.field(number)?;
        Ok(self.table.columns[self.table.range(slot)].iter().map(|column| column.name.as_str()).collect())
    }

    /// The names of a key's columns.
    fn key_columns(&self, key: &Key) -> Vec<&str> {
        let columns = self.table.key_columns(self.definition, key);
        columns.into_iter().map(|index| self.table.columns[index].name.as_str()).collect()
    }
}

/// The table of an object that the catalog has.
fn table_name(catalog: &Catalog, number: ObjectNo) -> Result<&str> {
    match catalog.object(number) {
        Some(object) => Ok(&object.table().name),
        None => Err(Error::Corrupt(format!("a reference points at object number {number}, which is gone"))),
    }
}
