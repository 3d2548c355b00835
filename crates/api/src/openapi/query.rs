//! The query language as a document.

use serde_json::{Value as Json, json};

use crate::openapi::components::page;
use crate::openapi::operation::Operation;
use crate::openapi::paths::Paths;

/// Describes the operation.
pub(super) fn describe(paths: &mut Paths) {
    let example = json!({
        "from": "contact",
        "group_by": ["created_at:month"],
        "measures": { "contacts": "count()", "changed": { "of": "count()", "where": "version > 1" } },
        "having": "contacts > 1",
        "order": "-contacts",
    });
    let row = json!({ "type": "object", "description": "A record, or a group." });
    let mut answer = page(&row);
    answer["properties"]["count"] = json!({ "type": "integer", "minimum": 0 });
    paths.add(
        Operation::of("query.run", "Ask for records, or for what they come to")
            .about(
                "With `group_by` or `measures` the answer has groups, otherwise records. See docs/query.md.",
            )
            .after_position()
            .body(&body(), &example)
            .refuses(&[404, 410])
            .answers(200, "a page", &answer, &[]),
    );
}

fn body() -> Json {
    let text = |about: &str| json!({ "type": "string", "minLength": 1, "description": about });
    let measure = json!({
        "oneOf": [
            { "type": "string", "examples": ["count()", "sum(amount, 'EUR')"] },
            {
                "type": "object",
                "properties": { "of": { "type": "string" }, "where": { "type": ["string", "null"] } },
                "required": ["of"],
                "additionalProperties": false,
            },
        ],
    });
    json!({
        "type": "object",
        "properties": {
            "from": text("The object."),
            "where": text("A condition; the records for which it is true."),
            "group_by": { "type": "array", "maxItems": 8, "uniqueItems": true, "items": { "type": "string" } },
            "measures": { "type": "object", "maxProperties": 20, "additionalProperties": measure },
            "having": text("A condition over the measures."),
            "order": text("What records or groups are ordered by, `-` for the greatest first."),
            "count": { "type": "boolean", "description": "Whether all records are counted." },
            "limit": { "type": "integer", "minimum": 1, "maximum": 500 },
            "cursor": text("`next_cursor` of the page before."),
        },
        "required": ["from"],
        "additionalProperties": false,
    })
}
