//! Tasks.

use kith_model::limits::LONG_POLL_SECONDS;
use serde_json::{Value as Json, json};

use crate::openapi::components::{id, page};
use crate::openapi::field::moment;
use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;

/// Describes the operations on tasks.
pub(super) fn describe(paths: &mut Paths) {
    paths.add(
        Operation::of("tasks.list", "List the tasks, the latest first")
            .after_position()
            .parameter("Limit")
            .parameter("Cursor")
            .answers(200, "a page", &page(&reference("KithTask")), &[]),
    );
    let content = json!({
        "application/json": { "schema": reference("KithTask") },
        "text/event-stream": {
            "schema": {
                "type": "string",
                "description": "An event `task` whenever it has come forward, with the task as its `data`; the \
                    stream ends with the task.",
            },
        },
    });
    let wait = format!("How long to wait for its end, such as `30s`; at most `{LONG_POLL_SECONDS}s`.");
    let wait_schema = json!({ "type": "string", "pattern": "^([0-5]?[0-9]|60)s$", "examples": ["30s"] });
    paths.add(
        Operation::of("tasks.read", "Read a task")
            .segment("task", "The task's id.", &id("schema_task"))
            .after_position()
            .query("wait", &wait, &wait_schema)
            .answers_as(200, "how far it is", &content, &[]),
    );
    paths.add(
        Operation::of("tasks.retry", "Take up a task that has failed")
            .about("It goes on from where it was. One that is under way stays so.")
            .segment("task", "The task's id.", &id("schema_task"))
            .refuses(&[409])
            .answers(200, "under way", &reference("KithTask"), &[]),
    );
}

/// The schema of a task.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let name = json!({ "type": ["string", "null"] });
    let count = json!({ "type": "integer", "minimum": 0 });
    let task = json!({
        "type": "object",
        "properties": {
            "id": id("schema_task"),
            "kind": { "type": "string", "examples": ["fill", "key", "widen", "match"] },
            "object": name,
            "field": name,
            "key": name,
            "matching": name,
            "state": { "type": "string", "enum": ["running", "done", "failed"] },
            "done": count,
            "total": count,
            "error": { "type": "string", "description": "Why it failed, or which records it passed over." },
            "created_at": moment(),
            "updated_at": moment(),
        },
        "required": ["id", "kind", "object", "state", "done", "total", "created_at", "updated_at"],
    });
    vec![("KithTask".to_owned(), task)]
}
