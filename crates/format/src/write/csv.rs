//! Records as CSV (RFC 4180): nothing is an empty cell, the empty text is `""`, and each
//! value stands as a load reads it.

use std::fmt::{Display, Write as _};

use kith_model::catalog::{Catalog, Field, FieldKind, Object};
use kith_model::id::format_typeid;
use kith_model::record::Row;
use kith_model::value::{Money, Value, write_string};

use super::{DELETED, Shape};
use crate::wire::LIST_DELIMITER;

/// What stands before the fields, in this order.
pub(super) const SET_COLUMNS: [&str; 7] =
    ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner"];

const LINE_END: &str = "\r\n";

/// Names are lower-case letters, digits and `_`: nothing in them needs quotes.
pub(super) fn write_header(object: &Object, shape: Shape, out: &mut String) {
    out.push_str(&SET_COLUMNS.join(","));
    for (_, field) in object.visible() {
        out.push(',');
        out.push_str(&field.name);
    }
    if shape == Shape::Changes {
        out.push(',');
        out.push_str(DELETED);
    }
    out.push_str(LINE_END);
}

pub(super) fn write_record(object: &Object, row: &Row, catalog: &Catalog, shape: Shape, out: &mut String) {
    write(
        out,
        format_args!(
            "{},{},{},{},{},{},{}",
            format_typeid(&object.prefix, row.id.0),
            row.version,
            row.created_at,
            row.updated_at,
            row.created_by,
            row.updated_by,
            row.owner,
        ),
    );
    for (slot, field) in object.visible() {
        out.push(',');
        write_value(field, &row.values[slot], catalog, out);
    }
    if shape == Shape::Changes {
        out.push_str(",false");
    }
    out.push_str(LINE_END);
}

pub(super) fn write_deleted(object: &Object, id: &str, out: &mut String) {
    out.push_str(id);
    let columns = SET_COLUMNS.len() + object.visible().count();
    out.extend(std::iter::repeat_n(',', columns));
    out.push_str("true");
    out.push_str(LINE_END);
}

fn write_value(field: &Field, value: &Value, catalog: &Catalog, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Text(text) | Value::Json(text) => write_text(text, out),
        Value::Integer(number) => match &field.kind {
            FieldKind::AutoNumber { prefix, digits } => {
                write_text(&format!("{prefix}{number:0width$}", width = usize::from(*digits)), out);
            }
            _ => write(out, number),
        },
        Value::Decimal(decimal) => write(out, decimal),
        Value::Money(money) => write_money(*money, out),
        Value::Boolean(truth) => write(out, truth),
        Value::Date(day) => write(out, day),
        Value::Datetime(at) => write(out, at),
        Value::List(items) => write_list(items, out),
        Value::Link(link) => {
            let prefix = catalog.definition(link.object).map_or("", |object| object.prefix.as_str());
            write(out, format_typeid(prefix, link.id.0));
        }
        Value::Average(average) => match average.currency {
            None => write(out, average.value),
            Some(currency) => write_money(Money { amount: average.value, currency }, out),
        },
    }
}

fn write_money(money: Money, out: &mut String) {
    write(out, format_args!("{} {}", money.amount, money.currency.as_str()));
}

/// `a;b`, or a JSON array where that would be read as something else.
fn write_list(items: &[Box<str>], out: &mut String) {
    let is_plain = |item: &str| {
        !item.is_empty() && item.trim() == item && !item.contains(LIST_DELIMITER) && !item.starts_with('[')
    };
    if !items.is_empty() && items.iter().all(|item| is_plain(item)) {
        return write_text(&items.join(LIST_DELIMITER.encode_utf8(&mut [0; 4])), out);
    }
    let mut text = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_string(item, &mut text);
    }
    text.push(']');
    write_text(&text, out);
}

fn write_text(text: &str, out: &mut String) {
    let is_plain = |byte: u8| !matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.is_empty() && text.bytes().all(is_plain) {
        return out.push_str(text);
    }
    out.push('"');
    for (index, piece) in text.split('"').enumerate() {
        if index > 0 {
            out.push_str("\"\"");
        }
        out.push_str(piece);
    }
    out.push('"');
}

fn write(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}
