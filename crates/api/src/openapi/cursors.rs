//! Named cursors.

use kith_model::limits::CURSOR_NAME_BYTES_MAX;
use serde_json::{Map, Value as Json, json};

use crate::openapi::components::{id, page};
use crate::openapi::field::moment;
use crate::openapi::operation::{Operation, link, reference};
use crate::openapi::paths::Paths;

/// The name of a cursor.
pub(super) fn name() -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": CURSOR_NAME_BYTES_MAX, "pattern": r"^[A-Za-z0-9_.\-]+$" })
}

/// Describes the operations on cursors.
pub(super) fn describe(paths: &mut Paths) {
    paths.add(Operation::of("cursors.list", "List the named cursors").answers(
        200,
        "all of them",
        &page(&reference("KithCursor")),
        &[],
    ));
    let one =
        |operation, summary| Operation::of(operation, summary).segment("name", "The cursor's name.", &name());
    paths.add(one("cursors.read", "Read a cursor").answers(200, "the cursor", &reference("KithCursor"), &[]));
    let position = json!({
        "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": i64::MAX },
            { "type": "string", "pattern": r"^[0-9]{1,18}(:history_[0-7][0-9a-hjkmnp-tv-z]{25})?$" },
        ],
    });
    let mut expect = position.clone();
    if let Some(Json::Array(choices)) = expect.get_mut("anyOf") {
        choices.push(json!({ "type": "null" }));
    }
    let body = json!({
        "type": "object",
        "properties": { "position": position, "expect": expect },
        "required": ["position"],
        "additionalProperties": false,
    });
    let parameters = json!({ "name": "$response.body#/name" });
    let links: Map<String, Json> = ["read", "delete"]
        .into_iter()
        .map(|verb| (verb.to_owned(), link(&format!("cursors.{verb}"), &parameters)))
        .collect();
    paths.add(
        one("cursors.put", "Make or move a cursor")
            .about("With `expect`, only if it stands there now; 0 also when it does not exist.")
            .body(&body, &json!({ "position": 0 }))
            .refuses(&[410, 412])
            .answers(200, "where it stands", &reference("KithCursor"), &[])
            .leads_to(200, links),
    );
    paths.add(one("cursors.delete", "Remove a cursor").answers_empty(204, "removed", &[]));
}

/// The schema of a cursor.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let cursor = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "position": { "type": "integer", "minimum": 0 },
            "history": id("history"),
            "updated_at": moment(),
            "last_position": { "type": "integer", "minimum": 0 },
            "lag": { "type": "integer" },
        },
        "required": ["name", "position", "history", "updated_at", "last_position", "lag"],
    });
    vec![("KithCursor".to_owned(), cursor)]
}
