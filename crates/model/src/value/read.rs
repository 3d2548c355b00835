//! From wire values that Kith itself has written (journal diffs, the trash) back to
//! values. They were checked once: bounds that have changed since are not asked again.

use serde_json::Value as Json;

use super::{Currency, Link, Money, Value, choice, json};
use crate::catalog::{Catalog, Field, FieldKind, Measure};
use crate::decimal::Decimal;
use crate::id::{RecordId, parse_typeid};
use crate::time::{Date, Timestamp};

/// Reads a stored wire value of a field, whoever sets the field.
///
/// # Errors
/// A description when it is not a value that Kith can have written for this field.
pub fn read(field: &Field, stored: &Json, catalog: &Catalog) -> Result<Value, String> {
    if stored.is_null() {
        return Ok(Value::Null);
    }
    known(&field.kind, stored, catalog)
        .ok_or_else(|| format!("the stored value of `{}` is not of type `{}`", field.name, field.kind.name()))
}

fn known(kind: &FieldKind, stored: &Json, catalog: &Catalog) -> Option<Value> {
    match kind {
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. } => stored.as_str().map(|text| Value::Text(text.into())),
        FieldKind::Integer { .. } => stored.as_i64().map(Value::Integer),
        FieldKind::Decimal { scale, .. } => decimal(stored, *scale).map(Value::Decimal),
        FieldKind::Currency { scale, .. } => {
            let amount = decimal(stored.get("amount")?, *scale)?;
            let code: [u8; 3] = stored.get("currency")?.as_str()?.as_bytes().try_into().ok()?;
            Some(Value::Money(Money { amount, currency: Currency(code) }))
        }
        FieldKind::Boolean => stored.as_bool().map(Value::Boolean),
        FieldKind::Date => Date::parse(stored.as_str()?).map(Value::Date),
        FieldKind::Datetime => moment(stored).map(Value::Datetime),
        // From when it was a `select`.
        FieldKind::MultiSelect { .. } if stored.is_string() => {
            stored.as_str().map(|text| Value::List(vec![text.into()]))
        }
        FieldKind::MultiSelect { options } => {
            let items = stored.as_array()?.iter();
            let mut chosen: Vec<Box<str>> =
                items.map(|item| item.as_str().map(Into::into)).collect::<Option<_>>()?;
            choice::in_order(&mut chosen, options);
            Some(Value::List(chosen))
        }
        FieldKind::Json => Some(Value::Json(json::canonical(stored))),
        FieldKind::Reference { .. } => {
            let (prefix, id) = parse_typeid(stored.as_str()?).ok()?;
            let object = catalog.object_with_prefix(&prefix)?.number;
            Some(Value::Link(Link { object, id: RecordId(id) }))
        }
        FieldKind::AutoNumber { prefix, .. } => {
            stored.as_str()?.strip_prefix(prefix.as_str())?.parse().ok().map(Value::Integer)
        }
        FieldKind::Rollup { function, .. } => measured(function.measure(), stored),
    }
}

/// The value of a roll-up. Of an average, what stands in the journal is the average
/// alone.
fn measured(measure: Measure, stored: &Json) -> Option<Value> {
    match measure {
        Measure::Integer => stored.as_i64().map(Value::Integer),
        Measure::Decimal { scale } => decimal(stored, scale).map(Value::Decimal),
        Measure::Currency { scale, currency } => {
            let amount = decimal(stored.get("amount")?, scale)?;
            Some(Value::Money(Money { amount, currency }))
        }
        Measure::Date => Date::parse(stored.as_str()?).map(Value::Date),
        Measure::Datetime => Timestamp::parse(stored.as_str()?).map(Value::Datetime),
    }
}

/// A decimal, or an integer from when the field was one.
fn decimal(stored: &Json, scale: u8) -> Option<Decimal> {
    match stored.as_i64() {
        Some(integer) => Decimal::parse(&integer.to_string(), scale).ok(),
        None => Decimal::parse(stored.as_str()?, scale).ok(),
    }
}

/// A point in time, or a day from when the field was one.
fn moment(stored: &Json) -> Option<Timestamp> {
    let text = stored.as_str()?;
    Timestamp::parse(text).or_else(|| Date::parse(text).and_then(Date::midnight))
}
