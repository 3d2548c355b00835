//! One file of a mapping, or rows that stand in it.

use serde_json::{Map, Value as Json};

use super::check_name;
use super::field;
use super::members::Members;
use crate::fault::{Code, Fault, Faults};
use crate::import::mapping::{AuthorRule, Condition, FileMapping, Rows, StampRules, TimeRule, Wanted};

const MEMBERS: &[&str] = &[
    "file",
    "rows",
    "delimiter",
    "object",
    "id",
    "source_object",
    "match",
    "where",
    "except",
    "fields",
    "stamps",
];

/// Rows that stand in a mapping: a list of stages or the like, not data.
const INLINE_ROWS_MAX: usize = 1_000;

pub(super) fn read(item: &Json, pointer: &str, faults: &mut Faults) -> Option<FileMapping> {
    let members = Members::of(item, pointer, "a file of a mapping", faults)?;
    members.only(MEMBERS, faults);
    let rows = rows(&members, pointer, faults);
    let object = members.needed_text("object", faults);
    let id = members.texts("id", faults);
    let matched = members.texts("match", faults);
    if members.get("id").is_none() && members.get("match").is_none() {
        let message = "neither `id` nor `match` says when a row is a record that is there already";
        let fault = members.fault(Code::Required, "id", message);
        faults.push(fault.hint("name the column that is the row's id, or the fields of a unique key"));
    }
    let source_object =
        members.text("source_object", faults).or_else(|| stem(rows.as_ref()?, object.as_deref()));
    check_name("source_object", source_object.as_deref().unwrap_or_default(), &members, faults);
    let delimiter = match members.get("delimiter").and_then(Json::as_str) {
        None if members.get("delimiter").is_none() => Some(b','),
        Some("tab" | "\t") => Some(b'\t'),
        _ => members.character("delimiter", faults).and_then(|character| {
            let byte =
                u8::try_from(character).ok().filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte));
            if byte.is_none() {
                let message = "`delimiter` is one character of ASCII, or `tab`";
                faults.push(members.fault(Code::InvalidDefinition, "delimiter", message));
            }
            byte
        }),
    };
    let mut conditions = conditions(&members, pointer, "where", Wanted::OneOf, faults);
    conditions.extend(self::conditions(&members, pointer, "except", Wanted::NoneOf, faults));
    let fields = fields(&members, pointer, faults);
    let stamps = stamps(&members, pointer, faults);
    Some(FileMapping {
        rows: rows?,
        delimiter: delimiter?,
        object: object?,
        source_object: source_object?,
        id,
        matched,
        conditions,
        fields,
        stamps,
    })
}

fn rows(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Option<Rows> {
    match (members.get("file"), members.get("rows")) {
        (Some(_), None) => members.text("file", faults).and_then(|name| {
            // As the path has it to which the file is sent.
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            let is_plain = name.len() <= 100 && !name.starts_with('.') && name.chars().all(is_allowed);
            if !is_plain {
                let message =
                    "`file` is a file's name: letters, digits, `.`, `_` and `-`, at most 100 in all";
                let fault = members.fault(Code::InvalidDefinition, "file", message);
                faults.push(fault.hint("without its folder; give the file another name if need be"));
            }
            is_plain.then_some(Rows::File(name))
        }),
        (None, Some(_)) => {
            let items = members.needed_list("rows", faults);
            if items.len() > INLINE_ROWS_MAX {
                let message = format!("at most {INLINE_ROWS_MAX} rows stand in a mapping");
                faults.push(members.fault(Code::LimitReached, "rows", message).hint("put them into a file"));
            }
            let row = |(index, item): (usize, &Json)| -> Option<Map<String, Json>> {
                let at = format!("{pointer}/rows/{index}");
                Members::of(item, &at, "a row", faults).map(|row| row.map().clone())
            };
            Some(Rows::Inline(items.iter().take(INLINE_ROWS_MAX).enumerate().filter_map(row).collect()))
        }
        (Some(_), Some(_)) => {
            faults.push(members.fault(
                Code::InvalidDefinition,
                "rows",
                "`file` and `rows` exclude each other",
            ));
            None
        }
        (None, None) => {
            faults.push(members.fault(Code::Required, "file", "`file` is missing"));
            None
        }
    }
}

/// The kind of the rows, unless it is said: the file's name without its ending.
fn stem(rows: &Rows, object: Option<&str>) -> Option<String> {
    match rows {
        Rows::File(name) => Some(name.split_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned()),
        Rows::Inline(_) => object.map(str::to_owned),
    }
}

/// `{Column: value}` or `{Column: [value, null]}`.
pub(super) fn conditions(
    members: &Members<'_>,
    pointer: &str,
    member: &str,
    wanted: Wanted,
    faults: &mut Faults,
) -> Vec<Condition> {
    let Some(value) = members.get(member) else { return Vec::new() };
    let at = format!("{pointer}/{member}");
    let Some(columns) = Members::of(value, &at, "a condition", faults) else { return Vec::new() };
    let mut conditions = Vec::new();
    for (column, value) in columns.map() {
        let items = match value {
            Json::Array(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        let text = |item: &Json| match item {
            Json::Null => Some(None),
            Json::String(text) if text.is_empty() => Some(None),
            Json::String(text) => Some(Some(text.clone())),
            Json::Number(number) => Some(Some(number.to_string())),
            Json::Bool(truth) => Some(Some(truth.to_string())),
            Json::Array(_) | Json::Object(_) => None,
        };
        match items.iter().map(text).collect() {
            Some(values) => conditions.push(Condition { column: column.clone(), values, wanted }),
            None => {
                let message = "a condition names the values of a column: a text, null, or a list of them";
                faults.push(columns.fault(Code::InvalidType, column, message));
            }
        }
    }
    conditions
}

fn fields(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Vec<(String, crate::import::Rule)> {
    let Some(value) = members.get("fields") else {
        faults.push(members.fault(Code::Required, "fields", "`fields` is missing"));
        return Vec::new();
    };
    let at = format!("{pointer}/fields");
    let Some(fields) = Members::of(value, &at, "`fields`", faults) else { return Vec::new() };
    let mut rules = Vec::new();
    for (name, value) in fields.map() {
        let here = Fault::new(Code::Malformed, "").at(name).under(&at).pointer;
        rules.extend(field::read(value, &here, faults).map(|rule| (name.clone(), rule)));
    }
    rules
}

fn stamps(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> StampRules {
    let Some(value) = members.get("stamps") else { return StampRules::default() };
    let at = format!("{pointer}/stamps");
    let Some(stamps) = Members::of(value, &at, "`stamps`", faults) else { return StampRules::default() };
    stamps.only(&["created_at", "updated_at", "created_by", "updated_by"], faults);
    StampRules {
        created_at: time(&stamps, &at, "created_at", faults),
        updated_at: time(&stamps, &at, "updated_at", faults),
        created_by: author(&stamps, &at, "created_by", faults),
        updated_by: author(&stamps, &at, "updated_by", faults),
    }
}

fn time(stamps: &Members<'_>, at: &str, member: &str, faults: &mut Faults) -> Option<(String, TimeRule)> {
    let here = format!("{at}/{member}");
    let members = Members::of(stamps.get(member)?, &here, "a time", faults)?;
    members.only(&["column", "datetime", "offset"], faults);
    let column = members.needed_text("column", faults);
    members.needed_text("datetime", faults)?;
    Some((column?, field::time(&members, faults)?))
}

fn author(stamps: &Members<'_>, at: &str, member: &str, faults: &mut Faults) -> Option<AuthorRule> {
    let here = format!("{at}/{member}");
    let members = Members::of(stamps.get(member)?, &here, "an author", faults)?;
    members.only(&["column", "source_object"], faults);
    let column = members.needed_text("column", faults);
    let source_object = members.needed_text("source_object", faults);
    Some(AuthorRule { column: column?, source_object: source_object? })
}
