//! From the text of a cell to the value that the API takes for its field.
//!
//! Only what text cannot say by itself is done here. Whether the value is allowed is the
//! model's to say, as for every other door.

use kith_model::catalog::{Catalog, Field, FieldKind};
use kith_model::fault::{Code, Fault};
use kith_model::limits::JSON_DEPTH_MAX;
use kith_model::strict::{self, Trouble};
use kith_model::value::parse_text;
use serde_json::{Value as Json, json};

use crate::reader::Cell;

/// What stands between the options of a `multi_select`.
pub(crate) const LIST_DELIMITER: char = ';';

/// What a cell says of a field, as the value of the wire: `12.10 EUR` is an amount, `a;b` (or
/// a JSON array) is a list, a `json` field holds JSON text. A cell that [`is_empty`] is null.
///
/// # Errors
/// What is wrong with the cell, with the pointer at the field.
pub fn wire(field: &Field, cell: &Cell, catalog: &Catalog) -> Result<Json, Fault> {
    if is_empty(field, cell) {
        return Ok(Json::Null);
    }
    let text = &*cell.text;
    match &field.kind {
        FieldKind::Integer { .. } => match text.parse::<i64>() {
            Ok(number) if !text.starts_with('+') => Ok(number.into()),
            _ => Err(parse_text(field, text, catalog).err().unwrap_or_else(|| not_such(field, "an integer"))),
        },
        FieldKind::Boolean => match text {
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => Err(not_such(field, "`true` or `false`")),
        },
        FieldKind::Currency { .. } => money(field, text),
        FieldKind::MultiSelect { .. } => list(field, text),
        FieldKind::Json => json_text(field, text),
        FieldKind::Reference { .. } if text.starts_with('{') => json_text(field, text),
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. }
        | FieldKind::Reference { .. }
        | FieldKind::AutoNumber { .. }
        | FieldKind::Rollup { .. } => Ok(Json::String(text.to_owned())),
    }
}

/// Whether a cell has nothing for a field. `""` is the empty text where the field holds texts
/// that can be empty, and nothing where it does not: some programs quote every cell.
#[must_use]
pub fn is_empty(field: &Field, cell: &Cell) -> bool {
    let holds_empty_text = matches!(field.kind, FieldKind::Text { .. } | FieldKind::LongText { .. });
    cell.text.is_empty() && !(cell.quoted && holds_empty_text)
}

fn money(field: &Field, text: &str) -> Result<Json, Fault> {
    if text.starts_with('{') {
        return json_text(field, text);
    }
    match text.split_once(' ') {
        Some((amount, currency)) => Ok(json!({ "amount": amount, "currency": currency })),
        None => {
            let fault = not_such(field, "an amount and its currency");
            Err(fault.hint(
                "write it as in `12.10 EUR`, or in two columns, as in \
                `price.amount` and `price.currency`",
            ))
        }
    }
}

fn list(field: &Field, text: &str) -> Result<Json, Fault> {
    if text.starts_with('[') {
        return json_text(field, text);
    }
    let items = text.split(LIST_DELIMITER).map(|item| Json::String(item.trim().to_owned()));
    Ok(Json::Array(items.collect()))
}

fn json_text(field: &Field, text: &str) -> Result<Json, Fault> {
    strict::value(text, JSON_DEPTH_MAX).map_err(|trouble| match trouble {
        Trouble::Depth => not_such(field, &format!("JSON of at most {JSON_DEPTH_MAX} levels")),
        Trouble::Syntax(_) | Trouble::NotObject => {
            not_such(field, "JSON").hint("a text in a `json` field stands in quotes of its own")
        }
    })
}

/// The value itself is left out: it may be personal.
fn not_such(field: &Field, wanted: &str) -> Fault {
    let problem = format!("`{}`: the cell is not {wanted}", field.name);
    Fault::new(Code::InvalidValue, problem).at(&field.name)
}
