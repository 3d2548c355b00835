//! Cells to SQLite's values and back.

use std::borrow::Cow;

use kith_model::decimal::Decimal;
use kith_model::time::{Date, Timestamp};
use kith_model::value::{Cell, ColumnKind};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Row};
use uuid::Uuid;

use crate::error::{Error, Result};

/// A cell as a parameter.
pub(super) struct Bound<'a>(pub(super) &'a Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Uuid(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Cell::Integer(integer) => ToSqlOutput::Owned(Value::Integer(*integer)),
            Cell::Decimal(decimal) => ToSqlOutput::Owned(Value::Integer(decimal.unscaled())),
            Cell::Text(text) | Cell::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Boolean(boolean) => ToSqlOutput::Owned(Value::Integer(i64::from(*boolean))),
            Cell::Date(date) => ToSqlOutput::Owned(Value::Text(date.to_string())),
            Cell::Timestamp(at) => ToSqlOutput::Owned(Value::Integer(at.0)),
        })
    }
}

/// Binds cells to the parameters from the first on.
pub(super) fn bind<'a>(
    statement: &mut CachedStatement<'_>,
    cells: impl IntoIterator<Item = &'a Cell<'a>>,
) -> rusqlite::Result<()> {
    for (index, cell) in cells.into_iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Bound(cell))?;
    }
    Ok(())
}

/// Reads a column as a cell of its kind. Text stays where SQLite holds it.
pub(super) fn read<'a>(row: &'a Row<'_>, index: usize, kind: ColumnKind) -> Result<Cell<'a>> {
    let value = row.get_ref(index)?;
    let cell = match (kind, value) {
        (_, ValueRef::Null) => Some(Cell::Null),
        (ColumnKind::Uuid, ValueRef::Blob(bytes)) => Uuid::from_slice(bytes).ok().map(Cell::Uuid),
        (ColumnKind::Integer, ValueRef::Integer(integer)) => Some(Cell::Integer(integer)),
        (ColumnKind::Decimal { scale }, ValueRef::Integer(unscaled)) => {
            Decimal::new(unscaled, scale).ok().map(Cell::Decimal)
        }
        (ColumnKind::Text, ValueRef::Text(bytes)) => text(bytes).map(Cell::Text),
        (ColumnKind::Json, ValueRef::Text(bytes)) => text(bytes).map(Cell::Json),
        (ColumnKind::Boolean, ValueRef::Integer(integer)) => Some(Cell::Boolean(integer != 0)),
        (ColumnKind::Date, ValueRef::Text(bytes)) => {
            text(bytes).and_then(|text| Date::parse(&text)).map(Cell::Date)
        }
        (ColumnKind::Timestamp, ValueRef::Integer(micros)) => Some(Cell::Timestamp(Timestamp(micros))),
        _ => None,
    };
    cell.ok_or_else(|| {
        let name = row.as_ref().column_name(index).unwrap_or_default();
        Error::Corrupt(format!("column `{name}` holds a {} where a {kind:?} should be", value.data_type()))
    })
}

fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
}
