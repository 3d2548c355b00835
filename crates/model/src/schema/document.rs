//! Definitions as they stand on the wire: references by name. A document can be sent
//! back as a definition.

use serde_json::{Map, Value as Json, json};

use crate::catalog::{Catalog, Definition, Field, FieldKind, Key, RollupFunction, SelectOption};
use crate::id::{FieldNo, ObjectNo};
use crate::schema::action::action_document;
use crate::schema::field::computed_particulars;
use crate::schema::matching::matching_document;
use crate::schema::rule::rule_document;

/// An object on the wire, with its fields and keys.
#[must_use]
pub fn document(object: &Definition, catalog: &Catalog) -> Json {
    let mut members = heading(object);
    let fields = object
        .fields
        .iter()
        .filter(|field| field.is_visible())
        .map(|field| field_document(object, field, catalog));
    members.insert("fields".to_owned(), fields.collect());
    members.insert("keys".to_owned(), object.keys.iter().map(|key| key_document(object, key)).collect());
    members.insert("rules".to_owned(), object.rules.iter().map(|rule| rule_document(object, rule)).collect());
    if !object.matching.is_empty() {
        let rules = object.matching.iter().map(|rule| matching_document(object, rule));
        members.insert("matching".to_owned(), rules.collect());
    }
    if !object.actions.is_empty() {
        let actions = object.actions.iter().map(|action| action_document(object, action, catalog));
        members.insert("actions".to_owned(), actions.collect());
    }
    Json::Object(members)
}

/// An object on the wire without its fields and keys.
pub(super) fn heading(object: &Definition) -> Map<String, Json> {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(object.name));
    members.insert("aliases".to_owned(), json!(object.aliases));
    members.insert("label".to_owned(), json!(object.label));
    members.insert("description".to_owned(), json!(object.description));
    members.insert("prefix".to_owned(), json!(object.prefix));
    members
}

/// A field of an object on the wire.
#[must_use]
pub fn field_document(object: &Definition, field: &Field, catalog: &Catalog) -> Json {
    let mut members = Map::new();
    let mut put = |member: &str, value: Json| members.insert(member.to_owned(), value);
    put("name", json!(field.name));
    put("aliases", json!(field.aliases));
    put("type", json!(field.kind.name()));
    put("label", json!(field.label));
    put("description", json!(field.description));
    put("classification", json!(field.classification));
    put("required", json!(field.required));
    put("default", json!(field.default));
    if !field.state.is_ready() {
        put("state", json!("filling"));
    }
    for (member, value) in particulars(object, &field.kind, catalog) {
        put(member, value);
    }
    for (member, value) in computed_particulars(object, field) {
        put(member, value);
    }
    Json::Object(members)
}

/// A key of an object on the wire.
#[must_use]
pub fn key_document(object: &Definition, key: &Key) -> Json {
    let fields: Vec<&str> = key.fields.iter().map(|number| field_name(object, *number)).collect();
    let mut document = json!({
        "name": key.name,
        "fields": fields,
        "unique": key.unique,
        "case_insensitive": key.case_insensitive,
    });
    if !key.state.is_ready() {
        document["state"] = json!("building");
    }
    document
}

/// What belongs to the field's type.
fn particulars(object: &Definition, kind: &FieldKind, catalog: &Catalog) -> Vec<(&'static str, Json)> {
    match kind {
        FieldKind::Text { max_length } | FieldKind::LongText { max_length } => {
            vec![("max_length", json!(max_length))]
        }
        FieldKind::Integer { min, max } => vec![("min", json!(min)), ("max", json!(max))],
        FieldKind::Decimal { precision, scale, min, max } => vec![
            ("precision", json!(precision)),
            ("scale", json!(scale)),
            ("min", json!(min)),
            ("max", json!(max)),
        ],
        FieldKind::Currency { scale, currencies } => {
            vec![("scale", json!(scale)), ("currencies", json!(currencies))]
        }
        FieldKind::Select { options } | FieldKind::MultiSelect { options } => {
            let option = |option: &SelectOption| json!({"value": option.value, "label": option.label});
            vec![("options", options.iter().map(option).collect())]
        }
        FieldKind::Reference { to, on_delete } => {
            let names: Vec<&str> = to.iter().map(|number| named(object, *number, catalog).0).collect();
            vec![("to", json!(names)), ("on_delete", json!(on_delete))]
        }
        FieldKind::AutoNumber { prefix, digits } => {
            vec![("prefix", json!(prefix)), ("digits", json!(digits))]
        }
        FieldKind::Rollup { function, from, via, filter } => {
            let (name, from) = named(object, *from, catalog);
            let via = from.map(|from| field_name(from, *via));
            let mut members = vec![("from", json!(name)), ("via", json!(via))];
            members.insert(0, ("function", json!(function.name())));
            if let Some(of) = function.of() {
                members.push(("of", json!(from.map(|from| field_name(from, of)))));
                members.push(("currency", json!(function.currency())));
            }
            if let RollupFunction::Average { scale, .. } = function {
                members.push(("scale", json!(scale)));
            }
            members.push(("where", json!(filter)));
            members
        }
        FieldKind::Boolean
        | FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Json => Vec::new(),
    }
}

/// An object by number: it may be the one at hand, which the catalog need not have yet.
pub(super) fn named<'a>(
    own: &'a Definition,
    number: ObjectNo,
    catalog: &'a Catalog,
) -> (&'a str, Option<&'a Definition>) {
    let found = if number == own.number { Some(own) } else { catalog.definition(number) };
    (found.map_or("", |object| &object.name), found)
}

/// The name of a field by number, dropped or not.
pub(super) fn field_name(object: &Definition, number: FieldNo) -> &str {
    let live = object.fields.iter().find(|field| field.number == number).map(|field| field.name.as_str());
    let gone =
        || object.dropped_fields.iter().find(|field| field.number == number).map(|field| field.name.as_str());
    live.or_else(gone).unwrap_or("")
}
