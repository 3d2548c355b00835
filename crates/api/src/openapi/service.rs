//! Operations about the server itself, and the check of a tenant.

use serde_json::{Value as Json, json};

use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;

/// Describes health, limits, this document and the check.
pub(super) fn describe(paths: &mut Paths) {
    let health =
        json!({ "type": "object", "properties": { "status": { "type": "string" } }, "required": ["status"] });
    paths.add(Operation::of("health.live", "Whether the process lives").answers(
        200,
        "it does",
        &health,
        &[],
    ));
    paths.add(Operation::of("health.ready", "Whether the database answers").answers(
        200,
        "it does",
        &health,
        &[],
    ));
    paths.add(
        Operation::of("openapi.read", "This document")
            .about("With a tenant's token it has that tenant's own objects, typed.")
            .answers(200, "the document", &json!({ "type": "object" }), &[]),
    );
    let limits = json!({
        "type": "object",
        "properties": { "data": { "type": "array", "items": reference("KithLimit") } },
        "required": ["data"],
    });
    paths.add(Operation::of("limits.read", "The published limits").answers(200, "every limit", &limits, &[]));
    let checked = json!({
        "type": "object",
        "properties": {
            "checked": { "type": "object", "additionalProperties": { "type": "integer" } },
            "faults": { "type": "array", "items": {} },
            "next_cursor": { "type": ["string", "null"] },
        },
        "required": ["checked", "faults", "next_cursor"],
    });
    paths.add(
        Operation::of("verify.page", "Check a stretch of the tables against the journal")
            .about("Folds the journal and compares it with the tables; ask again with `next_cursor` until it is null.")
            .paged()
            .answers(200, "what was checked, and what differs", &checked, &[]),
    );
}

/// The schema of a limit.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let limit = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "value": { "type": "integer" },
            "unit": { "type": "string" },
            "reason": { "type": "string" },
        },
        "required": ["name", "value", "unit", "reason"],
    });
    vec![("KithLimit".to_owned(), limit)]
}
