//! Actions: their definitions, and calling them.

use kith_model::limits::{ACTION_STEPS_MAX, DESCRIPTION_LENGTH_MAX};
use serde_json::{Value as Json, json};

use crate::openapi::batch;
use crate::openapi::definition::name;
use crate::openapi::operation::Operation;
use crate::openapi::paths::Paths;

/// Describes the operations on actions.
pub(super) fn describe(paths: &mut Paths) {
    let of = |operation, summary| {
        Operation::of(operation, summary).segment("object", "The object's name.", &name())
    };
    let one = |operation, summary| of(operation, summary).segment("action", "The action's name.", &name());
    paths.add(
        of("actions.create", "Add an action")
            .about("An operation of the object's own, made of steps that are done in one transaction.")
            .body(&definition(&["name", "steps"]), &example())
            .answers(201, "added", &definition(&[]), &["Location"]),
    );
    paths.add(
        one("actions.update", "Change an action")
            .body(&definition(&[]), &json!({ "description": "Turns a lead into a contact" }))
            .answers(200, "changed", &definition(&[]), &[]),
    );
    paths.add(one("actions.drop", "Drop an action").answers_empty(204, "dropped", &[]));
    let body = json!({
        "type": "object",
        "properties": {
            "with": {
                "type": "object",
                "description": "More of what steps set, by the step's name.",
                "additionalProperties": { "type": "object" },
            },
            "without": {
                "type": "array", "items": { "type": "string" }, "description": "Steps that are left out.",
            },
        },
        "additionalProperties": false,
    });
    paths.add(
        one("actions.call", "Call an action on a record")
            .about("All of its steps are done, or none. There is one result for each step that was done.")
            .segment("id", "The record's id.", &json!({ "type": "string" }))
            .parameter("Prefer")
            .conditional()
            .body(&body, &json!({ "with": { "deal": { "name": "Analytical engine" } } }))
            .answers(200, "one result a step", &batch::results(), &["Preference-Applied"]),
    );
}

fn definition(required: &[&str]) -> Json {
    let text = json!({ "type": ["string", "null"] });
    let step = json!({
        "type": "object",
        "properties": {
            "name": name(),
            "create": name(),
            "find_or_create": name(),
            "update": { "type": "string", "const": "self" },
            "by": { "type": "array", "items": name() },
            "when": text,
            "set": { "type": "object" },
        },
        "required": ["name", "set"],
    });
    json!({
        "type": "object",
        "properties": {
            "name": name(),
            "description": { "type": ["string", "null"], "maxLength": DESCRIPTION_LENGTH_MAX },
            "when": text,
            "message": text,
            "steps": { "type": "array", "maxItems": ACTION_STEPS_MAX, "items": step },
        },
        "required": required,
    })
}

fn example() -> Json {
    json!({
        "name": "convert",
        "steps": [{ "name": "company", "create": "company", "set": { "name": "company_name" } }],
    })
}
