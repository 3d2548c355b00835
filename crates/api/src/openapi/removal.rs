//! What was removed from the schema, what a purge answers, and the schema's versions.

use serde_json::{Value as Json, json};

use crate::openapi::definition::name;
use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;

/// An object or a field that was removed.
pub(super) fn removed() -> Json {
    json!({
        "type": "object",
        "properties": {
            "object": name(),
            "field": { "anyOf": [name(), { "type": "null" }] },
            "number": number(),
            "removed_at": { "type": "string", "format": "date-time" },
            "schema_version": { "type": "integer", "minimum": 1 },
            "definition": { "type": "object" },
        },
        "required": ["object", "field", "number", "removed_at", "schema_version", "definition"],
    })
}

fn number() -> Json {
    json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
}

/// Removal in either stage, and the way back.
pub(super) fn describe(paths: &mut Paths, drop: Operation, restore: Operation, noun: &str, example: &Json) {
    let members = match noun {
        "field" => json!({ "name": name(), "required": { "type": "boolean" } }),
        _ => json!({ "name": name() }),
    };
    let patch = json!({ "type": "object", "properties": members, "additionalProperties": false });
    let which = "Which of several that have, or had, the name.";
    let hard = json!({ "type": "boolean", "default": false });
    paths.add(
        drop.query("hard", "Nothing is left of it; it may have been removed before.", &hard)
            .query("number", which, &number())
            .refuses(&[404, 409])
            .answers(200, "purged", &purged(), &[])
            .answers_empty(204, "removed", &[]),
    );
    let shown = if noun == "field" { "KithField" } else { "KithObject" };
    paths.add(
        restore
            .query("number", which, &number())
            .optional_body(&patch, example)
            .refuses(&[404, 409])
            .answers(200, "restored", &reference(shown), &[]),
    );
}

/// What a purge answers.
fn purged() -> Json {
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "properties": {
            "purged": { "type": "string" },
            "table": { "type": "string" },
            "columns": { "type": "array", "items": { "type": "string" } },
            "left": {
                "type": "object",
                "description": "What the database has left of it.",
                "properties": { "columns": count, "indexes": count, "constraints": count, "metadata": count },
                "required": ["columns", "indexes", "constraints", "metadata"],
            },
        },
        "required": ["purged", "table", "left"],
    })
}

/// A version of the schema.
pub(super) fn version() -> Json {
    json!({
        "type": "object",
        "properties": {
            "version": { "type": "integer", "minimum": 1 },
            "position": { "type": "integer", "minimum": 1 },
            "at": { "type": "string", "format": "date-time" },
            "actor": { "type": "string" },
            "changes": { "type": "array", "items": { "type": "object" } },
        },
        "required": ["version", "position", "at", "actor", "changes"],
    })
}
