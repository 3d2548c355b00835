//! A field's type from its members: which types there are, and what belongs to each.

use std::fmt::Display;

use serde_json::Value as Json;

use super::{options, reference, rollup};
use crate::catalog::FieldKind;
use crate::decimal::{DIGITS_MAX, Decimal};
use crate::fault::{Code, Fault, near_miss};
use crate::limits::{AUTO_NUMBER_PREFIX_MAX, LONG_TEXT_LENGTH_MAX, TEXT_LENGTH_DEFAULT, TEXT_LENGTH_MAX};
use crate::schema::members::Members;
use crate::schema::scope::Scope;
use crate::value::Currency;

/// Members of every field's definition.
const COMMON: &[&str] = &[
    "name",
    "aliases",
    "type",
    "label",
    "description",
    "classification",
    "required",
    "default",
    "backfill",
    "unique",
    "indexed",
    "case_insensitive",
    // What a document says of a field may come back with it.
    "state",
    "task",
    "lag",
];

/// The types with the members that belong to each.
const TYPES: &[(&str, &[&str])] = &[
    ("text", &["max_length", "computed", "stored"]),
    ("long_text", &["max_length", "computed", "stored"]),
    ("integer", &["min", "max", "computed", "stored"]),
    ("decimal", &["precision", "scale", "min", "max", "computed", "stored"]),
    ("currency", &["scale", "currencies", "computed", "stored"]),
    ("boolean", &["computed", "stored"]),
    ("date", &["computed", "stored"]),
    ("datetime", &["computed", "stored", "stamp"]),
    ("email", &[]),
    ("phone", &[]),
    ("url", &[]),
    ("select", &["options"]),
    ("multi_select", &["options"]),
    ("json", &[]),
    ("reference", &["to", "on_delete"]),
    ("auto_number", &["prefix", "digits"]),
    ("rollup", &["function", "from", "via", "of", "currency", "scale", "where"]),
];

/// There are fewer currencies.
const CURRENCIES_MAX: usize = 200;

/// What other systems call them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("string", "text"),
    ("textarea", "long_text"),
    ("int", "integer"),
    ("number", "decimal` or `integer"),
    ("float", "decimal"),
    ("money", "currency"),
    ("bool", "boolean"),
    ("checkbox", "boolean"),
    ("timestamp", "datetime"),
    ("enum", "select"),
    ("picklist", "select"),
    ("lookup", "reference"),
    ("relation", "reference"),
];

/// Reads the type and what belongs to it.
pub(super) fn define(members: &mut Members<'_>, scope: Scope<'_>) -> Option<FieldKind> {
    let given = members.required_string("type")?;
    let Some((name, particulars)) = TYPES.iter().find(|(name, _)| *name == given) else {
        members.refuse("type", unknown(given));
        return None;
    };
    let known: Vec<&str> = COMMON.iter().chain(particulars.iter()).copied().collect();
    members.allow(&format!("a field of type `{name}`"), &known);
    match *name {
        "text" => text(members, TEXT_LENGTH_DEFAULT, TEXT_LENGTH_MAX)
            .map(|max_length| FieldKind::Text { max_length }),
        "long_text" => text(members, LONG_TEXT_LENGTH_MAX, LONG_TEXT_LENGTH_MAX)
            .map(|max_length| FieldKind::LongText { max_length }),
        "integer" => integer(members),
        "decimal" => decimal(members),
        "currency" => currency(members),
        "boolean" => Some(FieldKind::Boolean),
        "date" => Some(FieldKind::Date),
        "datetime" => Some(FieldKind::Datetime),
        "email" => Some(FieldKind::Email),
        "phone" => Some(FieldKind::Phone),
        "url" => Some(FieldKind::Url),
        "select" => options::define(members).map(|options| FieldKind::Select { options }),
        "multi_select" => options::define(members).map(|options| FieldKind::MultiSelect { options }),
        "json" => Some(FieldKind::Json),
        "reference" => reference::define(members, scope),
        "auto_number" => auto_number(members),
        _ => rollup::define(members, scope),
    }
}

/// The members that belong to a type.
pub(super) fn particulars(name: &str) -> &'static [&'static str] {
    TYPES.iter().find(|(known, _)| *known == name).map_or(&[], |(_, particulars)| particulars)
}

fn unknown(given: &str) -> Fault {
    let shown: String = given.chars().take(40).collect();
    let fault = Fault::new(Code::InvalidDefinition, format!("there is no type `{shown}`"));
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == given).map(|(_, here)| *here);
    match elsewhere.or_else(|| near_miss(given, TYPES.iter().map(|(name, _)| *name))) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => {
            let list: Vec<String> = TYPES.iter().map(|(name, _)| format!("`{name}`")).collect();
            fault.hint(format!("the types are {}", list.join(", ")))
        }
    }
}

fn text(members: &mut Members<'_>, default: u32, greatest: u32) -> Option<u32> {
    if members.get("max_length").is_none() {
        return Some(default);
    }
    members.integer("max_length", 1..=i64::from(greatest)).and_then(|length| u32::try_from(length).ok())
}

fn integer(members: &mut Members<'_>) -> Option<FieldKind> {
    let min = members.integer("min", i64::MIN..=i64::MAX);
    let max = members.integer("max", i64::MIN..=i64::MAX);
    check_order(members, min, max);
    Some(FieldKind::Integer { min, max })
}

fn decimal(members: &mut Members<'_>) -> Option<FieldKind> {
    let precision = small(members, "precision", 1, DIGITS_MAX)?;
    let scale = small(members, "scale", 0, 2.min(precision))?;
    if scale > precision {
        members.invalid("scale", format!("`scale` must not exceed `precision`, which is {precision}"));
        return None;
    }
    let min = bound(members, "min", precision, scale);
    let max = bound(members, "max", precision, scale);
    check_order(members, min.map(Decimal::unscaled), max.map(Decimal::unscaled));
    let text = |decimal: Option<Decimal>| decimal.map(|decimal| decimal.to_string());
    Some(FieldKind::Decimal { precision, scale, min: text(min), max: text(max) })
}

/// A number of digits; `None` when it is given and not valid.
fn small(members: &mut Members<'_>, member: &str, least: u8, default: u8) -> Option<u8> {
    if members.get(member).is_none() {
        return Some(default);
    }
    let range = i64::from(least)..=i64::from(DIGITS_MAX);
    members.integer(member, range).and_then(|digits| u8::try_from(digits).ok())
}

fn bound(members: &mut Members<'_>, member: &str, precision: u8, scale: u8) -> Option<Decimal> {
    let text = match members.get(member)? {
        Json::String(text) => text.clone(),
        Json::Number(number) if !number.is_f64() => number.to_string(),
        _ => {
            members.invalid(member, format!("`{member}` must be a decimal as a string, as in `\"12.10\"`"));
            return None;
        }
    };
    let decimal = Decimal::parse(&text, scale).ok().filter(|decimal| decimal.digits() <= precision);
    if decimal.is_none() {
        let problem =
            format!("`{member}` must have at most {precision} digits, {scale} of them after the point");
        members.invalid(member, problem);
    }
    decimal
}

fn check_order<T: PartialOrd + Display>(members: &mut Members<'_>, min: Option<T>, max: Option<T>) {
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        members.invalid("min", "`min` must not exceed `max`");
    }
}

fn currency(members: &mut Members<'_>) -> Option<FieldKind> {
    let scale = small(members, "scale", 0, 2)?;
    let mut currencies = Vec::new();
    for (index, item) in
        members.bounded_array("currencies", CURRENCIES_MAX).unwrap_or_default().iter().enumerate()
    {
        let at = format!("currencies/{index}");
        match item.as_str().and_then(Currency::known) {
            None => {
                let fault = Fault::new(Code::InvalidDefinition, "not a currency code of ISO 4217");
                members.refuse(&at, fault.hint("three capital letters, as in `EUR`"));
            }
            Some(code) if currencies.contains(&code) => {
                members.invalid(&at, format!("`{}` stands there twice", code.as_str()));
            }
            Some(code) => currencies.push(code),
        }
    }
    Some(FieldKind::Currency { scale, currencies })
}

fn auto_number(members: &mut Members<'_>) -> Option<FieldKind> {
    let prefix = members.string("prefix").unwrap_or_default();
    let length = prefix.chars().count();
    if length > AUTO_NUMBER_PREFIX_MAX || prefix.chars().any(|c| !(c.is_ascii_graphic() || c == ' ')) {
        let problem = format!("`prefix` must be at most {AUTO_NUMBER_PREFIX_MAX} printable ASCII characters");
        members.invalid("prefix", problem);
        return None;
    }
    let digits = small(members, "digits", 1, 1)?;
    Some(FieldKind::AutoNumber { prefix: prefix.to_owned(), digits })
}
