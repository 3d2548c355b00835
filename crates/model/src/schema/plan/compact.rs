//! Documents without what goes without saying: as people write them, and as they can be
//! compared. A compact document says the same as the whole one.

use serde_json::{Map, Value as Json, json};

use crate::limits::{LONG_TEXT_LENGTH_MAX, TEXT_LENGTH_DEFAULT};
use crate::schema::members::label_of;

/// What is said of how a thing came to be, or of what is being done with it.
const STATES: &[&str] = &["state", "task", "was"];

/// A schema's document, or one object's, without what goes without saying.
#[must_use]
pub fn compact(document: &Map<String, Json>) -> Map<String, Json> {
    let Some(Json::Array(objects)) = document.get("objects") else { return object(document) };
    let objects = objects.iter().map(|item| match item {
        Json::Object(members) => Json::Object(object(members)),
        other => other.clone(),
    });
    let mut compact = Map::new();
    compact.insert("objects".to_owned(), objects.collect());
    compact
}

/// An object. Keys over one field that are named after it become its shorthand.
fn object(members: &Map<String, Json>) -> Map<String, Json> {
    let mut out = heading(members);
    let list = |member: &str| members.get(member).and_then(Json::as_array).cloned().unwrap_or_default();
    let (mut keys, shorthands): (Vec<Json>, Vec<Json>) =
        list("keys").into_iter().partition(|key| shorthand_of(key).is_none());
    let fields = list("fields").into_iter().map(|item| match item {
        Json::Object(members) => {
            let mut field_out = field(&members);
            let is_own = |key: &&Json| key["name"] == members["name"];
            if let Some(key) = shorthands.iter().find(is_own) {
                let is_unique = key["unique"] != json!(false);
                let word = if is_unique { "unique" } else { "indexed" };
                field_out.insert(word.to_owned(), json!(true));
                if key["case_insensitive"] == json!(true) {
                    field_out.insert("case_insensitive".to_owned(), json!(true));
                }
            }
            Json::Object(field_out)
        }
        other => other,
    });
    let fields: Vec<Json> = fields.collect();
    keys.iter_mut().for_each(|key| {
        if let Json::Object(members) = key {
            *members = part(members);
        }
    });
    for (member, items) in [("fields", fields), ("keys", keys)] {
        if !items.is_empty() {
            out.insert(member.to_owned(), Json::Array(items));
        }
    }
    for member in ["rules", "matching", "actions"] {
        let items = list(member).into_iter().map(|item| match item {
            Json::Object(members) => Json::Object(part(&members)),
            other => other,
        });
        let items: Vec<Json> = items.collect();
        if !items.is_empty() {
            out.insert(member.to_owned(), Json::Array(items));
        }
    }
    out
}

/// The field after which a key over nothing else is named.
fn shorthand_of(key: &Json) -> Option<&str> {
    let name = key["name"].as_str()?;
    let fields = key["fields"].as_array()?;
    let is_folded_index = key["unique"] == json!(false) && key["case_insensitive"] == json!(true);
    (fields.len() == 1 && fields[0] == name && !is_folded_index).then_some(name)
}

/// An object without the lists of its parts.
pub(super) fn heading(members: &Map<String, Json>) -> Map<String, Json> {
    let name = members.get("name").and_then(Json::as_str).unwrap_or_default();
    let is_said = |member: &str, value: &Json| match member {
        "fields" | "keys" | "rules" | "matching" | "actions" => false,
        "label" => *value != label_of(name),
        "prefix" => *value != name,
        _ => is_there(member, value),
    };
    kept(members, is_said)
}

/// A field.
pub(super) fn field(members: &Map<String, Json>) -> Map<String, Json> {
    let text = |member: &str| members.get(member).and_then(Json::as_str).unwrap_or_default();
    let (name, kind) = (text("name"), text("type"));
    let is_computed = members.get("computed").is_some_and(|computed| !computed.is_null());
    let is_said = |member: &str, value: &Json| match (kind, member) {
        (_, "label") => *value != label_of(name),
        (_, "classification") => value != "internal",
        (_, "required" | "unique" | "indexed" | "case_insensitive") => *value != json!(false),
        (_, "stored") => is_computed || *value != json!(false),
        ("text", "max_length") => *value != json!(TEXT_LENGTH_DEFAULT),
        ("long_text", "max_length") => *value != json!(LONG_TEXT_LENGTH_MAX),
        ("decimal", "precision") => is_computed || *value != json!(18),
        ("decimal" | "currency", "scale") => is_computed || *value != json!(2),
        ("reference", "on_delete") => value != "restrict",
        ("auto_number", "prefix") => value != "",
        ("auto_number", "digits") => *value != json!(1),
        _ => is_there(member, value),
    };
    let mut out = kept(members, |member, value| !value.is_null() && is_said(member, value));
    if let Some(Json::Array(options)) = out.get_mut("options") {
        options.iter_mut().for_each(plain_option);
    }
    out
}

/// An option whose label is what it would be unsaid is its value.
fn plain_option(option: &mut Json) {
    let Some(value) = option["value"].as_str() else { return };
    let is_name = value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let label = if is_name { label_of(value) } else { value.to_owned() };
    if option["label"].is_null() || option["label"] == label {
        *option = json!(value);
    }
}

/// A key, a rule, or another part.
pub(super) fn part(members: &Map<String, Json>) -> Map<String, Json> {
    let is_key = members.contains_key("fields");
    kept(members, |member, value| match member {
        "unique" if is_key => *value != json!(true),
        "case_insensitive" if is_key => *value != json!(false),
        _ => is_there(member, value),
    })
}

fn kept(members: &Map<String, Json>, is_said: impl Fn(&str, &Json) -> bool) -> Map<String, Json> {
    let said = members.iter().filter(|(member, value)| is_said(member, value));
    said.map(|(member, value)| (member.clone(), value.clone())).collect()
}

fn is_there(member: &str, value: &Json) -> bool {
    let is_empty = match value {
        Json::Null => true,
        // An empty list of names that are dropped says something where it is wanted.
        Json::Array(items) => items.is_empty() && matches!(member, "aliases" | "currencies"),
        _ => false,
    };
    !is_empty && !STATES.contains(&member)
}
