//! From values to the wire. Records are rendered tens of thousands of times a second,
//! so the text is written directly; the JSON tree is for those who need a tree.

use std::fmt::{Display, Write as _};

use serde_json::Value as Json;

use super::json::write_string;
use super::{Link, Money, Value};
use crate::catalog::{Catalog, Field, FieldKind};
use crate::id::format_typeid;

/// The value of a field as it stands on the wire.
#[must_use]
pub fn render(field: &Field, value: &Value, catalog: &Catalog) -> Json {
    let mut text = String::new();
    write_json(field, value, catalog, &mut text);
    // What is written is JSON by construction; the tests read all of it back.
    serde_json::from_str(&text).unwrap_or(Json::Null)
}

/// Appends the value of a field as JSON text.
pub fn write_json(field: &Field, value: &Value, catalog: &Catalog, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Text(text) => write_string(text, out),
        Value::Integer(number) => match &field.kind {
            FieldKind::AutoNumber { prefix, digits } => {
                write_string(&format!("{prefix}{number:0width$}", width = usize::from(*digits)), out);
            }
            _ => write(out, number),
        },
        Value::Decimal(decimal) => write_quoted(decimal, out),
        Value::Money(money) => write_money(*money, out),
        Value::Boolean(true) => out.push_str("true"),
        Value::Boolean(false) => out.push_str("false"),
        Value::Date(day) => write_quoted(day, out),
        Value::Datetime(at) => write_quoted(at, out),
        Value::List(items) => write_list(items, out),
        Value::Json(text) => out.push_str(text),
        Value::Link(link) => write_link(*link, catalog, out),
        Value::Average(average) => match average.currency {
            None => write_quoted(average.value, out),
            Some(currency) => write_money(Money { amount: average.value, currency }, out),
        },
    }
}

fn write_money(money: Money, out: &mut String) {
    out.push_str("{\"amount\":");
    write_quoted(money.amount, out);
    out.push_str(",\"currency\":");
    write_quoted(money.currency.as_str(), out);
    out.push('}');
}

/// Appends an array of strings; canonical JSON as well.
pub(super) fn write_list(items: &[Box<str>], out: &mut String) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(item, out);
    }
    out.push(']');
}

/// A link's object may be gone by now; its prefix is still known.
fn write_link(link: Link, catalog: &Catalog, out: &mut String) {
    let prefix = catalog.definition(link.object).map_or("", |object| object.prefix.as_str());
    write_quoted(format_typeid(prefix, link.id.0), out);
}

/// For texts that have nothing to escape.
fn write_quoted(value: impl Display, out: &mut String) {
    out.push('"');
    write(out, value);
    out.push('"');
}

fn write(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}
