//! The columns of one member of a record, as a statement calls them.

use kith_model::catalog::{Column, Definition, Table};
use kith_model::expression::Read;

use super::Unsupported;

/// Columns of a table that has a name in the statement; at least one.
pub(crate) struct Stored<'w> {
    name: String,
    /// The columns.
    pub(crate) columns: &'w [Column],
}

impl<'w> Stored<'w> {
    /// What is read of an object whose table is called `name`.
    pub(crate) fn of(
        object: &Definition,
        table: &'w Table,
        name: String,
        read: Read,
    ) -> Result<Self, Unsupported> {
        let columns = match read {
            Read::Field(number) => {
                let slot = object.fields.iter().position(|field| field.number == number);
                &table.columns[table.range(slot.ok_or(Unsupported)?)]
            }
            Read::System(member) => {
                let column = table.columns.iter().position(|column| column.name == member.name());
                let column = column.ok_or(Unsupported)?;
                &table.columns[column..=column]
            }
        };
        if columns.is_empty() { Err(Unsupported) } else { Ok(Self { name, columns }) }
    }

    /// A column as it stands in the statement.
    pub(crate) fn qualified(&self, column: &Column) -> String {
        format!("{}.{}", self.name, column.name)
    }

    /// The first of them.
    pub(crate) fn first(&self) -> String {
        self.qualified(&self.columns[0])
    }
}
