//! From the wire to the normal form. What a caller sends is checked here and nowhere
//! else; a fault points into the record: `/amount/currency`.

use serde_json::Value as Json;

use super::refusal::{self, Objection};
use super::{Link, Value, choice, currency, email, json, phone, text, url};
use crate::catalog::{Catalog, Field, FieldKind, Measure};
use crate::decimal::{DIGITS_MAX, Decimal, DecimalError};
use crate::fault::{Code, Fault};
use crate::id::{ObjectNo, RecordId, parse_typeid};
use crate::time::{Date, Timestamp};

/// Checks a value that a caller sends for a field and brings it to its normal form.
/// JSON `null` is [`Value::Null`] in every field that can be written.
///
/// # Errors
/// What is wrong with it: one fault, which never repeats a personal or secret value.
pub fn parse(field: &Field, given: &Json, catalog: &Catalog) -> Result<Value, Fault> {
    checked(field, given, catalog).map_err(|fault| fault.under(&format!("/{}", field.name)))
}

fn checked(field: &Field, given: &Json, catalog: &Catalog) -> Result<Value, Fault> {
    if field.is_read_only() {
        let fault =
            Fault::new(Code::ReadOnly, format!("`{}` is set by Kith and cannot be written", field.name));
        return Err(fault.hint("leave it out"));
    }
    if given.is_null() {
        return Ok(Value::Null);
    }
    typed(field, given, catalog)
}

/// A value that is not null, of the field's type.
fn typed(field: &Field, given: &Json, catalog: &Catalog) -> Result<Value, Fault> {
    match &field.kind {
        FieldKind::Text { max_length } => {
            string(field, given, "a string").and_then(|text| line(field, text, *max_length))
        }
        FieldKind::LongText { max_length } => {
            string(field, given, "a string").and_then(|text| lines(field, text, *max_length))
        }
        FieldKind::Integer { min, max } => integer(field, given, *min, *max).map(Value::Integer),
        FieldKind::Decimal { precision, scale, min, max } => {
            let decimal = decimal(field, given, *precision, *scale)?;
            check_bounds(field, decimal, min.as_deref(), max.as_deref())?;
            Ok(Value::Decimal(decimal))
        }
        FieldKind::Currency { scale, currencies } => match given {
            Json::Object(members) => {
                currency::parse_money(field, members, *scale, currencies).map(Value::Money)
            }
            _ => Err(refusal::kind(field, given, "an object of `amount` and `currency`")
                .hint(r#"send `{"amount": "12.10", "currency": "EUR"}`"#)),
        },
        FieldKind::Boolean => given.as_bool().map(Value::Boolean).ok_or_else(|| boolean(field, given)),
        FieldKind::Date => string(field, given, "a date as a string").and_then(|text| date(field, text)),
        FieldKind::Datetime => {
            string(field, given, "a time as a string").and_then(|text| datetime(field, text))
        }
        FieldKind::Email => normalized(field, given, "an e-mail address", email::normalize),
        FieldKind::Phone => normalized(field, given, "a telephone number", phone::normalize),
        FieldKind::Url => normalized(field, given, "a URL", url::normalize),
        FieldKind::Select { options } => {
            let text = string(field, given, "an option's value as a string")?;
            choice::one(field, text, options).map(Value::Text)
        }
        FieldKind::MultiSelect { options } => match given {
            Json::Array(items) => choice::several(field, items, options),
            _ => Err(refusal::kind(field, given, "an array of option values")),
        },
        FieldKind::Json => {
            json::check(given).map_err(|objection| objection.of(field, "", "JSON that can be kept"))?;
            Ok(Value::Json(json::canonical(given)))
        }
        FieldKind::Reference { to, .. } => {
            string(field, given, "a record's id as a string").and_then(|text| link(field, text, to, catalog))
        }
        // Refused above.
        FieldKind::AutoNumber { .. } | FieldKind::Rollup { .. } => Ok(Value::Null),
    }
}

/// Reads a value from a query string or a path segment, where everything is text.
/// Fields that Kith sets can be read here: they can be looked for.
///
/// # Errors
/// What is wrong with it; [`Code::InvalidParameter`] when no text stands for such a value.
pub fn parse_text(field: &Field, given: &str, catalog: &Catalog) -> Result<Value, Fault> {
    checked_text(field, given, catalog).map_err(|fault| fault.under(&format!("/{}", field.name)))
}

fn checked_text(field: &Field, given: &str, catalog: &Catalog) -> Result<Value, Fault> {
    let as_string = || Json::String(given.to_owned());
    match &field.kind {
        FieldKind::Integer { .. } => integer_text(field, given).map(Value::Integer),
        FieldKind::Rollup { function, .. } => match function.measure() {
            Measure::Integer => integer_text(field, given).map(Value::Integer),
            Measure::Decimal { scale } => decimal_text(field, given, DIGITS_MAX, scale).map(Value::Decimal),
            Measure::Currency { .. } => Err(not_sought(field)),
            Measure::Date => date(field, given),
            Measure::Datetime => datetime(field, given),
        },
        FieldKind::Boolean => match given {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(refusal::value(field, "write `true` or `false`")),
        },
        FieldKind::AutoNumber { prefix, .. } => {
            let digits =
                given.strip_prefix(prefix.as_str()).filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
            let number = digits.and_then(|digits| digits.parse().ok());
            number.map(Value::Integer).ok_or_else(|| {
                refusal::value(
                    field,
                    format!("{} is not a number of this field", refusal::shown(field, given)),
                )
                .hint(format!("its numbers are `{prefix}` and digits"))
            })
        }
        FieldKind::Currency { .. } | FieldKind::MultiSelect { .. } | FieldKind::Json => {
            Err(not_sought(field))
        }
        FieldKind::Phone | FieldKind::Datetime if given.contains(' ') && !given.contains('+') => {
            let value = typed(field, &as_string(), catalog);
            value.map_err(|fault| fault.hint("in a query string, write `+` as `%2B`"))
        }
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. }
        | FieldKind::Reference { .. } => typed(field, &as_string(), catalog),
    }
}

fn not_sought(field: &Field) -> Fault {
    let problem = format!("`{}` cannot be looked for: its type is `{}`", field.name, field.kind.name());
    Fault::new(Code::InvalidParameter, problem)
}

fn string<'a>(field: &Field, given: &'a Json, wanted: &str) -> Result<&'a str, Fault> {
    given.as_str().ok_or_else(|| refusal::kind(field, given, wanted))
}

fn line(field: &Field, given: &str, length_max: u32) -> Result<Value, Fault> {
    if let Some(control) = text::control_in_line(given) {
        let fault =
            refusal::value(field, format!("contains the control character U+{:04X}", u32::from(control)));
        return Err(match control {
            '\n' | '\r' => fault.hint("a `long_text` field holds several lines"),
            _ => fault,
        });
    }
    bounded(field, given, length_max)
}

fn lines(field: &Field, given: &str, length_max: u32) -> Result<Value, Fault> {
    if let Some(control) = text::control_in_lines(given) {
        let problem = format!("contains the control character U+{:04X}", u32::from(control));
        return Err(refusal::value(field, problem));
    }
    bounded(field, given, length_max)
}

fn bounded(field: &Field, given: &str, length_max: u32) -> Result<Value, Fault> {
    let text = text::nfc(given);
    let bound = usize::try_from(length_max).unwrap_or(usize::MAX);
    if text.len() > bound {
        let length = text.chars().count();
        if length > bound {
            return Err(refusal::value(
                field,
                format!("is {length} characters long, {length_max} are allowed"),
            ));
        }
    }
    Ok(Value::Text(text.into()))
}

fn normalized(
    field: &Field,
    given: &Json,
    wanted: &str,
    normalize: fn(&str) -> Result<String, Objection>,
) -> Result<Value, Fault> {
    let text = string(field, given, &format!("{wanted} as a string"))?;
    let text = normalize(text).map_err(|objection| objection.of(field, text, wanted))?;
    Ok(Value::Text(text.into()))
}

fn integer(field: &Field, given: &Json, min: Option<i64>, max: Option<i64>) -> Result<i64, Fault> {
    let Some(integer) = given.as_i64() else {
        return Err(match given {
            Json::Number(number) if number.is_u64() => refusal::value(field, "does not fit 64 bits"),
            Json::String(_) => refusal::kind(field, given, "an integer").hint("send it without quotes"),
            _ => refusal::kind(field, given, "an integer"),
        });
    };
    if let Some(min) = min.filter(|min| integer < *min) {
        return Err(refusal::value(field, format!("the least value is {min}")));
    }
    if let Some(max) = max.filter(|max| integer > *max) {
        return Err(refusal::value(field, format!("the greatest value is {max}")));
    }
    Ok(integer)
}

/// A value that is looked for may lie outside the bounds: it is found nowhere.
fn integer_text(field: &Field, given: &str) -> Result<i64, Fault> {
    let wrong = || refusal::value(field, format!("{} is not a 64-bit integer", refusal::shown(field, given)));
    let is_plain = given.strip_prefix('-').unwrap_or(given).bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { given.parse().map_err(|_| wrong()) } else { Err(wrong()) }
}

/// Reads a decimal of a field: a string, or an integer.
pub(super) fn decimal(field: &Field, given: &Json, precision: u8, scale: u8) -> Result<Decimal, Fault> {
    match given {
        Json::String(text) => decimal_text(field, text, precision, scale),
        Json::Number(number) if !number.is_f64() => {
            decimal_text(field, &number.to_string(), precision, scale)
        }
        _ => {
            let fault = refusal::kind(field, given, "a decimal as a string");
            Err(if given.is_number() { fault.hint("send it as a string, as in `\"12.10\"`") } else { fault })
        }
    }
}

fn decimal_text(field: &Field, given: &str, precision: u8, scale: u8) -> Result<Decimal, Fault> {
    let decimal = Decimal::parse(given, scale).map_err(|error| match error {
        DecimalError::Malformed => refusal::value(
            field,
            format!("{} is not a decimal such as `12.10`", refusal::shown(field, given)),
        ),
        DecimalError::Scale => refusal::value(
            field,
            format!("at most {scale} digits may stand after the point; nothing is rounded"),
        ),
        DecimalError::Range => Fault::new(
            Code::OutOfRange,
            format!("`{}`: has more than {DIGITS_MAX} digits, {scale} of them after the point", field.name),
        ),
    })?;
    if decimal.digits() > precision {
        let problem = format!("at most {precision} digits are allowed, {scale} of them after the point");
        return Err(refusal::value(field, problem));
    }
    Ok(decimal)
}

fn check_bounds(field: &Field, decimal: Decimal, min: Option<&str>, max: Option<&str>) -> Result<(), Fault> {
    let bound = |text: &str| Decimal::parse(text, decimal.scale()).ok();
    if let Some(min) = min.and_then(bound).filter(|min| decimal.unscaled() < min.unscaled()) {
        return Err(refusal::value(field, format!("the least value is {min}")));
    }
    if let Some(max) = max.and_then(bound).filter(|max| decimal.unscaled() > max.unscaled()) {
        return Err(refusal::value(field, format!("the greatest value is {max}")));
    }
    Ok(())
}

fn boolean(field: &Field, given: &Json) -> Fault {
    let fault = refusal::kind(field, given, "`true` or `false`");
    if given.is_string() { fault.hint("send it without quotes") } else { fault }
}

fn date(field: &Field, given: &str) -> Result<Value, Fault> {
    Date::parse(given).map(Value::Date).ok_or_else(|| {
        let problem = format!("{} is not a date", refusal::shown(field, given));
        refusal::value(field, problem).hint("write year, month and day, as in `2026-11-23`")
    })
}

fn datetime(field: &Field, given: &str) -> Result<Value, Fault> {
    Timestamp::parse(given).map(Value::Datetime).ok_or_else(|| {
        let problem = format!("{} is not a time with an offset", refusal::shown(field, given));
        refusal::value(field, problem)
            .hint("write it as in `2026-11-23T09:30:00Z` or `2026-11-23T10:30:00+01:00`, to the microsecond at most")
    })
}

fn link(field: &Field, given: &str, to: &[ObjectNo], catalog: &Catalog) -> Result<Value, Fault> {
    let Ok((prefix, id)) = parse_typeid(given) else {
        let problem = format!("{} is not a record's id", refusal::shown(field, given));
        return Err(refusal::value(field, problem).hint(format!("send the id of {}", targets(to, catalog))));
    };
    match catalog.object_with_prefix(&prefix) {
        Some(object) if to.contains(&object.number) => {
            Ok(Value::Link(Link { object: object.number, id: RecordId(id) }))
        }
        found => {
            let what = found
                .map_or_else(|| "no object's record".to_owned(), |o| format!("a record of `{}`", o.name));
            let problem = format!("`{}` takes the id of {}, not of {what}", field.name, targets(to, catalog));
            Err(Fault::new(Code::InvalidType, problem))
        }
    }
}

fn targets(to: &[ObjectNo], catalog: &Catalog) -> String {
    let names = to.iter().filter_map(|number| catalog.object(*number));
    let names: Vec<String> = names.map(|object| format!("`{}`", object.name)).collect();
    format!("a record of {}", names.join(" or "))
}
