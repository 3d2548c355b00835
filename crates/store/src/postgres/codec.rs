//! Cells in PostgreSQL's binary forms, and nothing else's business.

use std::borrow::Cow;
use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use kith_model::catalog::Object;
use kith_model::decimal::Decimal;
use kith_model::record::Row as Record;
use kith_model::time::{Date, Timestamp};
use kith_model::value::{Cell, ColumnKind};
use postgres_protocol::types as binary;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::error::{Error, Result};

type Failure = Box<dyn StdError + Sync + Send>;

/// PostgreSQL counts from 2000-01-01.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// `jsonb` on the wire is this version and then its text.
const JSONB_VERSION: u8 = 1;

/// A cell as a parameter, or as an element of an array parameter.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match &self.0 {
            Cell::Null => return Ok(IsNull::Yes),
            Cell::Uuid(id) => binary::uuid_to_sql(*id.as_bytes(), out),
            Cell::Integer(number) => binary::int8_to_sql(*number, out),
            Cell::Decimal(number) => {
                let scaled = i128::from(number.unscaled());
                return rust_decimal::Decimal::from_i128_with_scale(scaled, u32::from(number.scale()))
                    .to_sql(kind, out);
            }
            Cell::Text(text) => binary::text_to_sql(text, out),
            Cell::Json(text) => {
                out.put_u8(JSONB_VERSION);
                out.put_slice(text.as_bytes());
            }
            Cell::Boolean(value) => binary::bool_to_sql(*value, out),
            Cell::Date(day) => binary::date_to_sql(day.0 - EPOCH_DAYS, out),
            Cell::Timestamp(at) => binary::timestamp_to_sql(at.0 - EPOCH_MICROS, out),
        }
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::UUID,
            Type::INT8,
            Type::NUMERIC,
            Type::TEXT,
            Type::JSONB,
            Type::BOOL,
            Type::DATE,
            Type::TIMESTAMPTZ,
        ]
        .contains(kind)
    }

    to_sql_checked!();
}

/// The type of a parameter for an array of a column's cells.
pub(super) fn array_of(kind: ColumnKind) -> Type {
    match kind {
        ColumnKind::Uuid => Type::UUID_ARRAY,
        ColumnKind::Integer => Type::INT8_ARRAY,
        ColumnKind::Decimal { .. } => Type::NUMERIC_ARRAY,
        ColumnKind::Text => Type::TEXT_ARRAY,
        ColumnKind::Json => Type::JSONB_ARRAY,
        ColumnKind::Boolean => Type::BOOL_ARRAY,
        ColumnKind::Date => Type::DATE_ARRAY,
        ColumnKind::Timestamp => Type::TIMESTAMPTZ_ARRAY,
    }
}

/// The type of a parameter for one cell.
pub(super) fn type_of_cell(cell: &Cell<'_>) -> Type {
    match cell {
        Cell::Uuid(_) => Type::UUID,
        Cell::Integer(_) => Type::INT8,
        Cell::Decimal(_) => Type::NUMERIC,
        Cell::Text(_) | Cell::Null => Type::TEXT,
        Cell::Json(_) => Type::JSONB,
        Cell::Boolean(_) => Type::BOOL,
        Cell::Date(_) => Type::DATE,
        Cell::Timestamp(_) => Type::TIMESTAMPTZ,
    }
}

/// A cell's bytes as they came.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The cell in a place of a row.
pub(super) fn cell(row: &Row, index: usize, kind: ColumnKind) -> Result<Cell<'_>> {
    let Some(Raw(raw)) = get::<Option<Raw<'_>>>(row, index)? else { return Ok(Cell::Null) };
    read(raw, kind).map_err(|error| Error::Corrupt(format!("column {index}: {error}")))
}

fn read(raw: &[u8], kind: ColumnKind) -> Result<Cell<'_>, Failure> {
    Ok(match kind {
        ColumnKind::Uuid => Cell::Uuid(Uuid::from_bytes(binary::uuid_from_sql(raw)?)),
        ColumnKind::Integer => Cell::Integer(binary::int8_from_sql(raw)?),
        ColumnKind::Decimal { scale } => {
            let mut number = rust_decimal::Decimal::from_sql(&Type::NUMERIC, raw)?;
            number.rescale(u32::from(scale));
            Cell::Decimal(Decimal::from_wide(number.mantissa(), scale)?)
        }
        ColumnKind::Text => Cell::Text(Cow::Borrowed(binary::text_from_sql(raw)?)),
        ColumnKind::Json => match raw.split_first() {
            Some((&JSONB_VERSION, text)) => Cell::Json(Cow::Borrowed(std::str::from_utf8(text)?)),
            _ => return Err("not a `jsonb` of a known version".into()),
        },
        ColumnKind::Boolean => Cell::Boolean(binary::bool_from_sql(raw)?),
        ColumnKind::Date => Cell::Date(Date(binary::date_from_sql(raw)? + EPOCH_DAYS)),
        ColumnKind::Timestamp => Cell::Timestamp(Timestamp(binary::timestamp_from_sql(raw)? + EPOCH_MICROS)),
    })
}

/// An object's record whose columns stand in a row from a place on, in table order.
pub(super) fn record(row: &Row, from: usize, object: &Object) -> Result<Record> {
    let columns = &object.table().columns;
    let mut cells = Vec::with_capacity(columns.len());
    for (offset, column) in columns.iter().enumerate() {
        cells.push(cell(row, from + offset, column.kind)?);
    }
    object.row(cells).map_err(Error::Corrupt)
}

/// A value of our own tables.
pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, index: usize) -> Result<T> {
    row.try_get(index).map_err(|error| Error::Corrupt(error.to_string()))
}

/// A time of our own tables.
pub(super) fn get_time(row: &Row, index: usize) -> Result<Timestamp> {
    get_time_or_null(row, index)?.ok_or_else(|| Error::Corrupt(format!("column {index} holds no time")))
}

/// A time of our own tables, or none.
pub(super) fn get_time_or_null(row: &Row, index: usize) -> Result<Option<Timestamp>> {
    match cell(row, index, ColumnKind::Timestamp)? {
        Cell::Timestamp(at) => Ok(Some(at)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use bytes::BytesMut;
    use kith_model::decimal::Decimal;
    use kith_model::time::{Date, Timestamp};
    use kith_model::value::{Cell, ColumnKind};
    use tokio_postgres::types::ToSql;
    use uuid::Uuid;

    use super::{Bound, read, type_of_cell};

    #[test]
    fn cells_come_back_as_they_went() {
        let decimal = |unscaled, scale| Cell::Decimal(Decimal::new(unscaled, scale).unwrap());
        for (cell, kind) in [
            (Cell::Uuid(Uuid::from_u128(7)), ColumnKind::Uuid),
            (Cell::Integer(i64::MIN), ColumnKind::Integer),
            (decimal(999_999_999_999_999_999, 0), ColumnKind::Decimal { scale: 0 }),
            (decimal(-999_999_999_999_999_999, 18), ColumnKind::Decimal { scale: 18 }),
            (decimal(0, 2), ColumnKind::Decimal { scale: 2 }),
            (decimal(1_210, 2), ColumnKind::Decimal { scale: 2 }),
            (Cell::Text(Cow::Borrowed("é")), ColumnKind::Text),
            (Cell::Json(Cow::Borrowed("{\"a\":1}")), ColumnKind::Json),
            (Cell::Boolean(true), ColumnKind::Boolean),
            (Cell::Date(Date::MIN), ColumnKind::Date),
            (Cell::Date(Date::MAX), ColumnKind::Date),
            (Cell::Timestamp(Timestamp::MIN), ColumnKind::Timestamp),
            (Cell::Timestamp(Timestamp::MAX), ColumnKind::Timestamp),
        ] {
            let mut raw = BytesMut::new();
            Bound(cell.clone()).to_sql(&type_of_cell(&cell), &mut raw).unwrap();
            assert_eq!(read(&raw, kind).unwrap(), cell);
        }
    }
}
