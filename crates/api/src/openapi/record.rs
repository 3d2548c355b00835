//! What records have in common: their system members, what writes of them answer, what
//! their history and their trash show.

use serde_json::{Map, Value as Json, json};

use crate::openapi::components::{actor, page};
use crate::openapi::field::moment;

/// Adds the members that every record has, and says that they are always there.
pub(super) fn system(id: &Json, properties: &mut Map<String, Json>, required: &mut Vec<String>) {
    let members = [
        ("id", id.clone()),
        ("version", json!({ "type": "integer", "format": "int64", "minimum": 1 })),
        ("created_at", moment()),
        ("updated_at", moment()),
        ("created_by", actor()),
        ("updated_by", actor()),
        ("owner", actor()),
    ];
    for (name, mut schema) in members {
        schema["readOnly"] = Json::Bool(true);
        properties.insert(name.to_owned(), schema);
        required.push(name.to_owned());
    }
}

/// What `return=minimal` leaves of a record.
pub(super) fn written() -> Json {
    json!({
        "type": "object",
        "description": "What a write answers with `Prefer: return=minimal`.",
        "properties": {
            "id": { "type": "string" },
            "version": { "type": "integer", "format": "int64", "minimum": 1 },
        },
        "required": ["id", "version"],
        "additionalProperties": false,
    })
}

/// Where each field's value came from.
pub(super) fn provenance() -> Json {
    json!({
        "type": "object",
        "description": "With `?provenance=true`: for each field that was ever set, who set it, when, through which \
            door and at which position.",
        "readOnly": true,
        "additionalProperties": {
            "type": "object",
            "properties": {
                "position": { "type": "integer" },
                "at": moment(),
                "actor": actor(),
                "origin": { "type": "string" },
                "derived": { "type": "boolean" },
                "imported": imported(),
            },
        },
    })
}

/// What a change says of another system.
pub(super) fn imported() -> Json {
    json!({
        "type": "object",
        "description": "What was said of the system that it came from: the id there, and the times and authors \
            that were taken from there.",
        "properties": {
            "system": { "type": "string" },
            "object": { "type": "string" },
            "id": { "type": "string" },
            "created_at": moment(),
            "updated_at": moment(),
            "created_by": actor(),
            "updated_by": actor(),
        },
    })
}

/// A page of a record's changes.
pub(super) fn history() -> Json {
    page(&json!({
        "type": "object",
        "properties": {
            "position": { "type": "integer", "minimum": 1 },
            "type": { "type": "string", "examples": ["record.updated"] },
            "at": moment(),
            "actor": actor(),
            "origin": { "type": "string", "examples": ["rest"] },
            "version": { "type": "integer" },
            "fields": differences(),
            "imported": imported(),
            "erased": { "type": "boolean", "description": "The record was purged since." },
        },
        "required": ["position", "type", "at", "actor", "origin", "version"],
    }))
}

/// Fields with what they were and became.
pub(super) fn differences() -> Json {
    json!({
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": { "old": {}, "new": {} },
        },
    })
}

/// A page of deleted records.
pub(super) fn trash(record: &Json) -> Json {
    page(&json!({
        "type": "object",
        "properties": { "id": { "type": "string" }, "record": record },
        "required": ["id", "record"],
    }))
}

/// The values that a field had.
pub(super) fn timeline() -> Json {
    let period = json!({
        "type": "object",
        "properties": {
            "value": {},
            "from": moment(),
            "until": { "anyOf": [moment(), { "type": "null" }] },
            "seconds": { "type": "integer", "minimum": 0 },
            "position": { "type": "integer", "minimum": 1 },
            "actor": actor(),
            "imported": imported(),
        },
        "required": ["value", "from", "until", "seconds", "position", "actor"],
    });
    json!({
        "type": "object",
        "properties": {
            "field": { "type": "string" },
            "complete": { "type": "boolean", "description": "Whether all of them are there." },
            "periods": { "type": "array", "items": period },
        },
        "required": ["field", "complete", "periods"],
    })
}
