//! Plans: schemas as a whole, what leads to them, and who is concerned.

use serde_json::{Value as Json, json};

use crate::openapi::definition::name;
use crate::openapi::operation::Operation;
use crate::openapi::paths::Paths;

/// Describes the operations on plans.
pub(super) fn describe(paths: &mut Paths) {
    let example = json!({ "document": { "objects": [
        { "name": "contact", "fields": [{ "name": "full_name", "type": "text" }] },
    ] } });
    paths.add(
        Operation::of("schema.plan", "Plan the way to a schema")
            .about("Nothing is changed. What a document does not name is to go: it is hidden first.")
            .after_position()
            .body(&aim(&json!({})), &example)
            .refuses(&[404])
            .answers(200, "the plan", &plan(), &[]),
    );
    let more = json!({
        "plan": { "type": "string", "description": "The id of the plan that was seen." },
        "accept": {
            "type": "array", "items": { "type": "string" },
            "description": "The names of what may be destroyed.",
        },
    });
    let mut example = example;
    example["plan"] = json!("plan_3_5f0c3a1e884100aa17bc99d2");
    let applied = json!({
        "type": "object",
        "properties": {
            "version": { "type": "integer" },
            "steps": { "type": "integer" },
            "tasks": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["version", "steps", "tasks"],
    });
    paths.add(
        Operation::of("schema.apply", "Apply a plan")
            .about("Exactly the plan that was seen, as one transaction and one schema version.")
            .body(&aim(&more), &example)
            .refuses(&[404])
            .answers(200, "applied", &applied, &[]),
    );
    let version = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    paths.add(
        Operation::of("schema.compare", "Compare two versions of the schema")
            .given(required("from", &version))
            .given(required("to", &version))
            .after_position()
            .refuses(&[404])
            .answers(200, "what differs", &comparison(), &[]),
    );
    paths.add(
        Operation::of("fields.usage", "Who has used a field")
            .segment("object", "The object's name.", &name())
            .segment("field", "The field's name.", &name())
            .after_position()
            .answers(200, "its uses", &usage(), &[]),
    );
}

fn required(name: &str, schema: &Json) -> Json {
    json!({ "name": name, "in": "query", "required": true, "description": "A version.", "schema": schema })
}

/// A body that says where to go, and more.
fn aim(more: &Json) -> Json {
    let mut properties = json!({
        "document": {
            "type": "object",
            "properties": { "objects": { "type": "array", "items": { "type": "object" } } },
            "required": ["objects"],
        },
        "version": { "type": "integer", "minimum": 0 },
        "template": { "type": "string" },
    });
    let is_plan = more.get("plan").is_some();
    if let (Some(all), Some(more)) = (properties.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "oneOf": [{ "required": ["document"] }, { "required": ["version"] }, { "required": ["template"] }],
        "additionalProperties": false,
    });
    if is_plan {
        schema["required"] = json!(["plan"]);
    }
    schema
}

fn plan() -> Json {
    let text = json!({ "type": "string" });
    let step = json!({
        "type": "object",
        "properties": {
            "step": { "type": "integer", "minimum": 1 },
            "action": text,
            "object": text,
            "field": text,
            "summary": text,
            "effect": text,
            "runs": { "type": "string", "enum": ["instant", "check", "backfill", "rewrite", "index"] },
            "records": { "type": ["integer", "null"] },
            "estimated_seconds": { "type": ["integer", "null"] },
            "locks": text,
            "destructive": { "type": "boolean" },
            "accept": text,
            "uses": { "type": "array", "items": use_of() },
            "breaks": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "surface": text, "what": text },
                    "required": ["surface", "what"],
                },
            },
        },
        "required": ["step", "action", "object", "summary", "effect", "runs", "destructive", "uses", "breaks"],
    });
    json!({
        "type": "object",
        "properties": {
            "id": text,
            "version": { "type": "integer" },
            "steps": { "type": "array", "items": step },
            "destructive": { "type": "boolean" },
            "rates": { "type": "object" },
            "skipped": { "type": "array", "items": text },
        },
        "required": ["id", "version", "steps", "destructive"],
    })
}

fn comparison() -> Json {
    let list = json!({ "type": "array", "items": { "type": "object" } });
    json!({
        "type": "object",
        "properties": {
            "from": { "type": "integer" },
            "to": { "type": "integer" },
            "steps": { "type": ["array", "null"], "items": { "type": "object" } },
            "objects": list,
        },
        "required": ["from", "to", "steps", "objects"],
    })
}

fn use_of() -> Json {
    json!({
        "type": "object",
        "properties": {
            "token": { "type": "string" },
            "token_name": { "type": ["string", "null"] },
            "kind": { "type": "string", "enum": ["read", "write", "filter", "order", "alias"] },
            "alias": { "type": "string" },
            "uses": { "type": "integer" },
            "last_at": { "type": "string", "format": "date-time" },
        },
        "required": ["token", "kind", "uses", "last_at"],
    })
}

fn usage() -> Json {
    json!({
        "type": "object",
        "properties": {
            "object": name(),
            "field": name(),
            "days": { "type": "integer" },
            "uses": { "type": "array", "items": use_of() },
        },
        "required": ["object", "field", "days", "uses"],
    })
}
