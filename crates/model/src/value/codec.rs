//! The field codec: values to cells of a field's own columns and back, in the order of
//! [`crate::catalog::Table::range`].
//!
//! Nothing else turns a value into what a database keeps. This is the seam at which the
//! values of secret fields will be encrypted, in rows and (before they are rendered) in
//! diffs alike; the folded copy of a text field is made by whoever writes the row.

use std::borrow::Cow;

use super::render::write_list;
use super::{Average, Cell, Currency, Link, Money, Value, choice, json};
use crate::catalog::{Field, FieldKind, Measure, RollupFunction};
use crate::decimal::Decimal;
use crate::id::{ObjectNo, RecordId};

/// Appends the cells of a field's value, one for each of the field's columns.
pub fn encode<'a>(field: &Field, value: &'a Value, cells: &mut Vec<Cell<'a>>) {
    if field.is_virtual() {
        return;
    }
    match value {
        Value::Null => {
            let count = match &field.kind {
                FieldKind::Currency { .. } => 2,
                FieldKind::Rollup { function: RollupFunction::Average { .. }, .. } => 3,
                FieldKind::Reference { to, .. } => to.len(),
                _ => 1,
            };
            cells.extend(std::iter::repeat_n(Cell::Null, count));
        }
        Value::Text(text) => cells.push(Cell::Text(Cow::Borrowed(text))),
        Value::Integer(number) => cells.push(Cell::Integer(*number)),
        Value::Decimal(decimal) => cells.push(Cell::Decimal(*decimal)),
        Value::Money(money) => {
            cells.push(Cell::Decimal(money.amount));
            // A roll-up's currency stands in its definition.
            if !field.kind.is_rollup() {
                cells.push(Cell::Text(Cow::Borrowed(money.currency.as_str())));
            }
        }
        Value::Boolean(truth) => cells.push(Cell::Boolean(*truth)),
        Value::Date(day) => cells.push(Cell::Date(*day)),
        Value::Datetime(at) => cells.push(Cell::Timestamp(*at)),
        Value::List(items) => {
            let mut text = String::new();
            write_list(items, &mut text);
            cells.push(Cell::Json(Cow::Owned(text)));
        }
        Value::Json(text) => cells.push(Cell::Json(Cow::Borrowed(text))),
        Value::Link(link) => encode_link(field, *link, cells),
        Value::Average(average) => cells.extend([
            Cell::Decimal(average.value),
            Cell::Decimal(average.sum),
            Cell::Integer(average.count),
        ]),
    }
}

fn encode_link(field: &Field, link: Link, cells: &mut Vec<Cell<'_>>) {
    let FieldKind::Reference { to, .. } = &field.kind else { return };
    cells.extend(to.iter().map(|target| match *target == link.object {
        true => Cell::Uuid(link.id.0),
        false => Cell::Null,
    }));
}

/// Reads a field's value from the cells of its columns, and no further.
///
/// # Errors
/// A description when the cells are not such as [`encode`] makes for this field.
pub fn decode<'a>(field: &Field, cells: &mut impl Iterator<Item = Cell<'a>>) -> Result<Value, String> {
    if field.is_virtual() {
        return Ok(Value::Null);
    }
    let mut next = || cells.next().ok_or_else(|| format!("a column of `{}` is missing", field.name));
    if let FieldKind::Reference { to, .. } = &field.kind {
        return decode_link(field, to, next);
    }
    let value = match (&field.kind, next()?) {
        (FieldKind::Currency { scale, .. }, cell) => decode_money(cell, next()?, *scale),
        (
            FieldKind::Rollup { function: RollupFunction::Average { of_scale, scale, currency, .. }, .. },
            cell,
        ) => {
            let (sum, count) = (next()?, next()?);
            decode_average([cell, sum, count], (*of_scale, *scale), *currency)
        }
        (_, Cell::Null) => Some(Value::Null),
        (kind, cell) => decode_one(kind, cell),
    };
    value.ok_or_else(|| stray(field))
}

fn decode_one(kind: &FieldKind, cell: Cell<'_>) -> Option<Value> {
    match (kind, cell) {
        (
            FieldKind::Text { .. }
            | FieldKind::LongText { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Select { .. },
            Cell::Text(text),
        ) => Some(Value::Text(text.into())),
        (FieldKind::Integer { .. } | FieldKind::AutoNumber { .. }, Cell::Integer(number)) => {
            Some(Value::Integer(number))
        }
        (FieldKind::Decimal { scale, .. }, Cell::Decimal(decimal)) => {
            at_scale(decimal, *scale).map(Value::Decimal)
        }
        (FieldKind::Rollup { function, .. }, cell) => decode_rollup(function.measure(), cell),
        (FieldKind::Boolean, Cell::Boolean(truth)) => Some(Value::Boolean(truth)),
        (FieldKind::Date, Cell::Date(day)) => Some(Value::Date(day)),
        (FieldKind::Datetime, Cell::Timestamp(at)) => Some(Value::Datetime(at)),
        (FieldKind::MultiSelect { options }, Cell::Json(text)) => {
            let mut chosen: Vec<Box<str>> = serde_json::from_str(&text).ok()?;
            choice::in_order(&mut chosen, options);
            Some(Value::List(chosen))
        }
        // PostgreSQL's jsonb comes back with other blanks and another order of members.
        (FieldKind::Json, Cell::Json(text)) => {
            serde_json::from_str(&text).ok().map(|tree| Value::Json(json::canonical(&tree)))
        }
        _ => None,
    }
}

fn decode_rollup(measure: Measure, cell: Cell<'_>) -> Option<Value> {
    match (measure, cell) {
        (Measure::Integer, Cell::Integer(number)) => Some(Value::Integer(number)),
        (Measure::Decimal { scale }, Cell::Decimal(decimal)) => at_scale(decimal, scale).map(Value::Decimal),
        (Measure::Currency { scale, currency }, Cell::Decimal(decimal)) => {
            at_scale(decimal, scale).map(|amount| Value::Money(Money { amount, currency }))
        }
        (Measure::Date, Cell::Date(day)) => Some(Value::Date(day)),
        (Measure::Datetime, Cell::Timestamp(at)) => Some(Value::Datetime(at)),
        _ => None,
    }
}

/// The average, its sum and its count; the scales are those of the sum and the average.
fn decode_average(
    cells: [Cell<'_>; 3],
    (of_scale, scale): (u8, u8),
    currency: Option<Currency>,
) -> Option<Value> {
    match cells {
        [Cell::Null, Cell::Null, Cell::Null] => Some(Value::Null),
        [Cell::Decimal(value), Cell::Decimal(sum), Cell::Integer(count)] => {
            let (sum, value) = (at_scale(sum, of_scale)?, at_scale(value, scale)?);
            Some(Value::Average(Average { sum, count, value, currency }))
        }
        _ => None,
    }
}

fn decode_money(amount: Cell<'_>, code: Cell<'_>, scale: u8) -> Option<Value> {
    match (amount, code) {
        (Cell::Null, Cell::Null) => Some(Value::Null),
        (Cell::Decimal(amount), Cell::Text(code)) => {
            let currency = Currency(code.as_bytes().try_into().ok()?);
            Some(Value::Money(Money { amount: at_scale(amount, scale)?, currency }))
        }
        _ => None,
    }
}

fn decode_link<'a>(
    field: &Field,
    to: &[ObjectNo],
    mut next: impl FnMut() -> Result<Cell<'a>, String>,
) -> Result<Value, String> {
    let mut value = Value::Null;
    for target in to {
        match next()? {
            Cell::Null => {}
            Cell::Uuid(id) if value.is_null() => {
                value = Value::Link(Link { object: *target, id: RecordId(id) })
            }
            _ => return Err(stray(field)),
        }
    }
    Ok(value)
}

fn at_scale(decimal: Decimal, scale: u8) -> Option<Decimal> {
    (decimal.scale() == scale).then_some(decimal)
}

fn stray(field: &Field) -> String {
    format!("the columns of `{}` do not hold a value of type `{}`", field.name, field.kind.name())
}
