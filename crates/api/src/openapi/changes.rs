//! The change stream.

use kith_model::limits::LONG_POLL_SECONDS;
use serde_json::{Value as Json, json};

use crate::openapi::components::{actor, id};
use crate::openapi::cursors;
use crate::openapi::field::moment;
use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;
use crate::openapi::record::differences;

/// Describes the stream.
///
/// `object` is what the name of an object may be.
pub(super) fn describe(paths: &mut Paths, object: &Json) {
    let content = json!({
        "application/json": { "schema": reference("KithChanges") },
        "text/event-stream": {
            "schema": {
                "type": "string",
                "description": "One event a transaction: `id` is `<position>:<history>`, `event` is `transaction`, \
                    `data` one element of a page's `data`. Comments keep an idle stream open.",
            },
        },
    });
    let wait =
        format!("How long to wait when there is nothing yet, such as `30s`; at most `{LONG_POLL_SECONDS}s`.");
    paths.add(
        Operation::of("changes.read", "Read the change stream")
            .about(
                "Whole transactions in the order of commits, each exactly once. With `Accept: text/event-stream`, a \
                 stream without end.",
            )
            .query("after", "The position that was dealt with; give back `position` of the page before.",
                &json!({ "type": "string", "pattern": r"^[0-9]{1,18}(:history_[0-7][0-9a-hjkmnp-tv-z]{25})?$", "default": "0" }))
            .query("cursor", "A named cursor to begin at, in place of `after`.", &cursors::name())
            .given(json!({
                "name": "object",
                "in": "query",
                "description": "Only changes of these objects.",
                "style": "form",
                "explode": false,
                "schema": { "type": "array", "minItems": 1, "items": object },
            }))
            .parameter("Limit")
            .query("wait", &wait, &json!({ "type": "string", "pattern": "^([0-5]?[0-9]|60)s$", "examples": ["30s"] }))
            .parameter("LastEventId")
            .refuses(&[410])
            .answers_as(200, "a page, or a stream", &content, &[]),
    );
}

/// The schemas of the stream.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let page = json!({
        "type": "object",
        "properties": {
            "history": id("history"),
            "data": { "type": "array", "items": reference("KithTransaction") },
            "position": { "type": "integer", "minimum": 0, "description": "How far was looked: the next `after`." },
            "last_position": { "type": "integer", "minimum": 0 },
        },
        "required": ["history", "data", "position", "last_position"],
    });
    let transaction = json!({
        "type": "object",
        "properties": {
            "position": { "type": "integer", "minimum": 1 },
            "first_position": { "type": "integer", "minimum": 1 },
            "at": moment(),
            "actor": actor(),
            "origin": { "type": "string" },
            "trace": { "type": ["string", "null"] },
            "schema_version": { "type": "integer" },
            "changes": { "type": "array", "items": reference("KithChange") },
        },
        "required": ["position", "first_position", "at", "actor", "origin", "trace", "schema_version", "changes"],
    });
    let change = json!({
        "type": "object",
        "description": "One change. Other types and members may be added.",
        "properties": {
            "position": { "type": "integer", "minimum": 1 },
            "type": { "type": "string", "examples": ["record.updated", "schema.changed"] },
            "object": { "type": "string" },
            "id": { "type": ["string", "null"] },
            "version": { "type": "integer" },
            "fields": differences(),
            "hidden": { "type": "boolean", "description": "Its object was removed from the schema." },
            "erased": { "type": "boolean", "description": "The record was purged since." },
            "schema_version": { "type": "integer" },
            "change": {},
        },
        "required": ["position", "type"],
    });
    vec![
        ("KithChanges".to_owned(), page),
        ("KithTransaction".to_owned(), transaction),
        ("KithChange".to_owned(), change),
    ]
}
