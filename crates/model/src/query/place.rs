//! A place in an order, as text: what the last record of a page is ordered by.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::decimal::Decimal;
use crate::time::{Date, Timestamp};
use crate::value::{Cell, ColumnKind};

/// A place as text, which [`read_place`] reads under the same order.
#[must_use]
pub fn write_place(cells: &[Cell<'_>]) -> String {
    let text = |cell: &Cell<'_>| match cell {
        Cell::Null => Json::Null,
        Cell::Uuid(id) => Json::from(id.simple().to_string()),
        Cell::Integer(number) => Json::from(*number),
        Cell::Decimal(decimal) => Json::from(decimal.unscaled()),
        Cell::Text(text) | Cell::Json(text) => Json::from(text.as_ref()),
        Cell::Boolean(truth) => Json::from(*truth),
        Cell::Date(day) => Json::from(day.0),
        Cell::Timestamp(at) => Json::from(at.0),
    };
    Json::Array(cells.iter().map(text).collect()).to_string()
}

/// The cells of a place in an order by columns of these kinds; `None` where the text is
/// not one of this order.
#[must_use]
pub fn read_place(text: &str, kinds: &[ColumnKind]) -> Option<Vec<Cell<'static>>> {
    let Ok(Json::Array(values)) = serde_json::from_str::<Json>(text) else { return None };
    if values.len() != kinds.len() {
        return None;
    }
    values.into_iter().zip(kinds).map(|(value, kind)| cell(value, *kind)).collect()
}

fn cell(value: Json, kind: ColumnKind) -> Option<Cell<'static>> {
    Some(match (kind, value) {
        (_, Json::Null) => Cell::Null,
        (ColumnKind::Uuid, Json::String(text)) => Cell::Uuid(uuid::Uuid::try_parse(&text).ok()?),
        (ColumnKind::Integer, value) => Cell::Integer(value.as_i64()?),
        (ColumnKind::Decimal { scale }, value) => Cell::Decimal(Decimal::new(value.as_i64()?, scale).ok()?),
        (ColumnKind::Text, Json::String(text)) => Cell::Text(Cow::Owned(text)),
        (ColumnKind::Boolean, value) => Cell::Boolean(value.as_bool()?),
        (ColumnKind::Date, value) => Cell::Date(Date(i32::try_from(value.as_i64()?).ok()?)),
        (ColumnKind::Timestamp, value) => Cell::Timestamp(Timestamp(value.as_i64()?)),
        (ColumnKind::Uuid | ColumnKind::Text | ColumnKind::Json, _) => return None,
    })
}
