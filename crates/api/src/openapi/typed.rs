//! The operations and schemas of one object's records.

use kith_model::catalog::{Catalog, FieldKind, Object};
use serde_json::{Map, Value as Json, json};

use crate::openapi::names::Names;
use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;
use crate::openapi::records::Shapes;
use crate::openapi::{definition, example, field, lookup, record, records};

/// Describes the operations on an object's records.
pub(super) fn describe(paths: &mut Paths, object: &Object, names: &Names, catalog: &Catalog) {
    let make = |operation: &'static str, verb: &str, rest: &str, summary: &str| {
        let (noun, _) = operation.split_once('.').unwrap_or((operation, ""));
        let path = format!("/v1/{noun}/{}{rest}", object.name);
        let summary = format!("{summary}: {}", object.label);
        Operation::of(operation, &summary).at(path, format!("{noun}.{}.{verb}", object.name))
    };
    let schema = |suffix: &str| reference(&format!("{}{suffix}", names.get(object.number)));
    let shapes = Shapes {
        record: schema(""),
        creation: (schema("Create"), example::creation(object, catalog)),
        patch: (schema("Patch"), example::change(object, catalog)),
        draft: (schema("Draft"), example::change(object, catalog)),
        id: field::id(object),
        links: records::links(&format!("records.{}", object.name), &json!({ "id": "$response.body#/id" })),
    };
    records::describe_all(paths, &make, &shapes, object.description.as_deref().unwrap_or_default());
    records::describe_one(paths, &make, &shapes);
    let listed = list(make("records.list", "list", "", "List records"), object, catalog);
    paths.add(listed.answers(200, "a page", &schema("Page"), &[]));
    for key in object.unique_keys() {
        let slot = key.fields.first().and_then(|number| object.slot(*number));
        let (Some(slot), 1) = (slot, key.fields.len()) else { continue };
        let by = &object.fields()[slot];
        let Some(value) = field::text(by, catalog) else { continue };
        let path = format!("/by/{}/{{value}}", by.name);
        let upsert =
            make("records.upsert", &format!("upsert_by_{}", by.name), &path, "Create or change a record")
                .segment("value", &format!("The value of `{}`.", by.name), &not_empty(value));
        paths.add(records::upsert(upsert, &shapes));
    }
}

/// The name of one of a catalog's objects.
pub(super) fn object_name(catalog: &Catalog) -> Json {
    let names: Vec<&str> = catalog.visible().map(|object| object.name.as_str()).collect();
    if names.is_empty() { definition::name() } else { json!({ "type": "string", "enum": names }) }
}

/// A path segment has at least one character.
fn not_empty(mut schema: Json) -> Json {
    if schema["type"] == "string" {
        schema["minLength"] = json!(1);
    }
    schema
}

/// The parameters of a list.
fn list(mut operation: Operation, object: &Object, catalog: &Catalog) -> Operation {
    for (_, field) in object.visible() {
        // Long text can be looked for as well, as far as a path may be long.
        let is_long = matches!(field.kind, FieldKind::LongText { .. });
        if let Some(schema) = field::text(field, catalog).filter(|_| !is_long) {
            operation = operation.query(&field.name, "Only records with this value.", &schema);
        }
    }
    let names: Vec<&str> = object
        .visible()
        .map(|(_, field)| field)
        .filter(|field| !is_never_null(&field.kind) && !field.is_virtual())
        .map(|field| field.name.as_str())
        .collect();
    if !names.is_empty() {
        operation = operation.given(json!({
            "name": "is_null",
            "in": "query",
            "description": "Fields that have no value.",
            "style": "form",
            "explode": false,
            "schema": { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "string", "enum": names } },
        }));
    }
    records::asked(operation).paged().after_position()
}

/// Whether every record has a value: what is counted or added up is zero over nothing.
fn is_never_null(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Rollup { function, .. } if !function.nothing().is_null())
}

/// The schemas of an object's records.
pub(super) fn schemas(object: &Object, names: &Names, catalog: &Catalog) -> Vec<(String, Json)> {
    let name = names.get(object.number);
    vec![
        (name.to_owned(), shown(object, catalog)),
        (format!("{name}Create"), taken(object, catalog, true)),
        (format!("{name}Patch"), taken(object, catalog, false)),
        (format!("{name}Draft"), draft(object, catalog)),
        (format!("{name}Page"), records::record_page(&reference(name))),
    ]
}

/// A record as it is read.
fn shown(object: &Object, catalog: &Catalog) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    record::system(&field::id(object), &mut properties, &mut required);
    for (_, each) in object.visible() {
        properties.insert(each.name.clone(), field::output(each, catalog));
        required.push(each.name.clone());
    }
    properties.insert("provenance".to_owned(), record::provenance());
    let mut schema = json!({
        "type": "object",
        "title": object.label,
        "properties": properties,
        "required": required,
        "example": example::record(object, catalog),
    });
    if let Some(description) = &object.description {
        schema["description"] = json!(description);
    }
    schema
}

/// A record as far as it is known: any part of it, with or without values.
fn draft(object: &Object, catalog: &Catalog) -> Json {
    let writable = object.visible().map(|(_, field)| field).filter(|field| !field.is_read_only());
    let properties: Map<String, Json> =
        writable.map(|each| (each.name.clone(), field::nullable(field::input(each, catalog)))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A record as it is written: all that is needed for a new one, or any part of it.
fn taken(object: &Object, catalog: &Catalog, is_new: bool) -> Json {
    let writable = || object.visible().map(|(_, field)| field).filter(|field| !field.is_read_only());
    let properties: Map<String, Json> =
        writable().map(|each| (each.name.clone(), lookup::input(each, catalog))).collect();
    let needed = writable().filter(|each| is_new && each.required && each.default.is_none());
    let required: Vec<&str> = needed.map(|each| each.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
