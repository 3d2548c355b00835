//! How records are named by what they have, and where they come from.

use kith_model::catalog::{Catalog, Field, FieldKind};
use kith_model::limits::SOURCE_ID_LENGTH_MAX;
use kith_model::source::SourceId;
use serde_json::{Value as Json, json};

use crate::openapi::components::{actor, moment_or_null};
use crate::openapi::field;

/// A value as a write may send it: of a reference, also what its record has.
pub(super) fn input(of: &Field, catalog: &Catalog) -> Json {
    let value = field::input(of, catalog);
    let FieldKind::Reference { to, .. } = &of.kind else { return value };
    let names: Vec<&str> =
        to.iter().filter_map(|number| catalog.object(*number)).map(|object| object.name.as_str()).collect();
    json!({ "anyOf": [value, by_key(&names), by_source()] })
}

fn by_key(objects: &[&str]) -> Json {
    let mut required = vec!["$by"];
    if objects.len() > 1 {
        required.push("$object");
    }
    json!({
        "type": "object",
        "description": "The record with these values of a unique key.",
        "properties": {
            "$by": { "type": "object", "minProperties": 1 },
            "$object": { "type": "string", "enum": objects },
            "$else": { "enum": [null, "create"] },
        },
        "required": required,
        "additionalProperties": false,
    })
}

fn by_source() -> Json {
    json!({
        "type": "object",
        "description": "The record that stands for this id of another system.",
        "properties": { "$source": source(), "$else": { "type": "null" } },
        "required": ["$source"],
        "additionalProperties": false,
    })
}

/// An id in another system.
pub(super) fn source() -> Json {
    let part = json!({ "type": "string", "minLength": 1, "maxLength": SOURCE_ID_LENGTH_MAX });
    json!({
        "type": "object",
        "description": "An id in another system.",
        "properties": { "system": part, "object": part, "id": part },
        "required": SourceId::MEMBERS,
        "additionalProperties": false,
    })
}

/// Times and authors of another system.
pub(super) fn stamps() -> Json {
    let author = json!({ "anyOf": [actor(), source(), { "type": "null" }] });
    json!({
        "type": "object",
        "description": "When and by whom the record was made and changed elsewhere; needs the right `import`.",
        "properties": {
            "created_at": moment_or_null(),
            "updated_at": moment_or_null(),
            "created_by": author,
            "updated_by": author,
        },
        "additionalProperties": false,
    })
}
