//! A computed value as a value of its field: in the field's form and within its bounds.

use serde_json::Value as Json;

use super::number::Number;
use crate::catalog::{Catalog, Field, FieldKind};
use crate::decimal::Decimal;
use crate::fault::{Code, Fault};
use crate::value::{self, Money, Value};

/// Brings a computed value into the form of its field and checks the field's bounds. The
/// expression's type must fit the field ([`super::Type::fits`]).
///
/// # Errors
/// What is wrong with it, pointing at the field.
pub fn fit(value: Value, field: &Field) -> Result<Value, Fault> {
    match (&field.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (FieldKind::Integer { min, max }, Value::Integer(number)) => {
            if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
                return Err(refused(field, Code::InvalidValue, "is outside its bounds"));
            }
            Ok(Value::Integer(number))
        }
        (FieldKind::Decimal { precision, scale, min, max }, Value::Integer(number)) => {
            let bounds = [min.as_deref(), max.as_deref()];
            decimal(field, Number::of(number), *precision, *scale, bounds).map(Value::Decimal)
        }
        (FieldKind::Decimal { precision, scale, min, max }, Value::Decimal(number)) => {
            let bounds = [min.as_deref(), max.as_deref()];
            decimal(field, Number::from(number), *precision, *scale, bounds).map(Value::Decimal)
        }
        (FieldKind::Currency { scale, currencies }, Value::Money(money)) => {
            if !currencies.is_empty() && !currencies.contains(&money.currency) {
                return Err(refused(field, Code::InvalidValue, "is not in one of its currencies"));
            }
            let amount = at_scale(field, Number::from(money.amount), *scale)?;
            Ok(Value::Money(Money { amount, ..money }))
        }
        (FieldKind::Text { max_length } | FieldKind::LongText { max_length }, Value::Text(text))
            if is_plain(&text, *max_length) =>
        {
            Ok(Value::Text(text))
        }
        (
            FieldKind::Text { .. }
            | FieldKind::LongText { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url,
            Value::Text(text),
        ) => {
            // As if it had been sent: the same normal form, the same refusals.
            let plain = Field {
                classification: field.classification,
                ..Field::new(field.number, field.name.clone(), field.kind.clone())
            };
            value::parse(&plain, &Json::String(text.into()), &Catalog::default())
        }
        (_, other) => Ok(other),
    }
}

/// Whether a text is in normal form and fits, seen without a closer look.
fn is_plain(text: &str, max_length: u32) -> bool {
    text.len() <= max_length as usize && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn decimal(
    field: &Field,
    number: Number,
    precision: u8,
    scale: u8,
    [min, max]: [Option<&str>; 2],
) -> Result<Decimal, Fault> {
    let decimal = at_scale(field, number, scale)?;
    if decimal.digits() > precision {
        return Err(refused(field, Code::InvalidValue, "has more digits than it keeps"));
    }
    let bound = |text: Option<&str>| text.and_then(|text| Decimal::parse(text, scale).ok());
    let is_below = bound(min).is_some_and(|min| decimal.unscaled() < min.unscaled());
    let is_above = bound(max).is_some_and(|max| decimal.unscaled() > max.unscaled());
    if is_below || is_above {
        return Err(refused(field, Code::InvalidValue, "is outside its bounds"));
    }
    Ok(decimal)
}

fn at_scale(field: &Field, number: Number, scale: u8) -> Result<Decimal, Fault> {
    number.at_scale(scale).map_err(|_| refused(field, Code::OutOfRange, "has more than 18 digits"))
}

fn refused(field: &Field, code: Code, problem: &str) -> Fault {
    Fault::new(code, format!("`{}`: what is computed for it {problem}", field.name)).at(&field.name)
}
