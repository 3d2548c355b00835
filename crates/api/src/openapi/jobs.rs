//! Jobs.

use kith_model::limits::{FILE_COLUMNS_MAX, LONG_POLL_SECONDS, PARTS_MAX};
use serde_json::{Map, Value as Json, json};

use crate::openapi::components::{actor, id, moment_or_null, page};
use crate::openapi::definition;
use crate::openapi::example::SUFFIX;
use crate::openapi::field::moment;
use crate::openapi::operation::{Operation, link, reference};
use crate::openapi::paths::Paths;

/// Describes the operations on jobs.
///
/// `object` is what the name of an object may be.
pub(super) fn describe(paths: &mut Paths, object: &Json) {
    let example = json!({
        "kind": "load", "object": object["enum"][0].as_str().unwrap_or("contact"), "operation": "create", "format": "csv",
    });
    paths.add(
        Operation::of("jobs.create", "Create a job")
            .about("It waits for its files, and begins when it is started. An export has none to wait for.")
            .body(&asked(object), &example)
            .answers(201, "the job", &reference("KithJob"), &["Location"])
            .leads_to(201, links()),
    );
    paths.add(
        Operation::of("jobs.list", "List the jobs, the latest first")
            .after_position()
            .parameter("Limit")
            .parameter("Cursor")
            .answers(200, "a page", &page(&reference("KithJob")), &[]),
    );
    describe_one(paths);
    describe_files(paths);
}

/// What can be done with a job that was made.
fn links() -> Map<String, Json> {
    let job = json!({ "job": "$response.body#/id" });
    let part = json!({ "job": "$response.body#/id", "file": "data", "part": 1 });
    let plain = ["read", "start", "cancel", "files", "results"];
    let mut links: Map<String, Json> =
        plain.iter().map(|verb| ((*verb).to_owned(), link(&format!("jobs.{verb}"), &job))).collect();
    links.insert("upload".to_owned(), link("jobs.upload", &part));
    links
}

fn of_job(operation: &'static str, summary: &str) -> Operation {
    Operation::of(operation, summary).segment("job", "The job's id.", &id("job"))
}

/// The operations on a job as a whole.
fn describe_one(paths: &mut Paths) {
    let content = json!({
        "application/json": { "schema": reference("KithJob") },
        "text/event-stream": {
            "schema": {
                "type": "string",
                "description": "An event `job` whenever it has come forward, with the job as its `data`; the \
                    stream ends with the job.",
            },
        },
    });
    let wait = format!("How long to wait for its end, such as `30s`; at most `{LONG_POLL_SECONDS}s`.");
    let wait_schema = json!({ "type": "string", "pattern": "^([0-5]?[0-9]|60)s$", "examples": ["30s"] });
    paths.add(
        of_job("jobs.read", "Read a job").after_position().query("wait", &wait, &wait_schema).answers_as(
            200,
            "how far it is",
            &content,
            &[],
        ),
    );
    let job = reference("KithJob");
    let started = of_job("jobs.start", "Start a job").about("Its files are there and stand from now on.");
    paths.add(started.refuses(&[409]).answers(200, "the job", &job, &[]));
    let canceled = of_job("jobs.cancel", "Cancel a job").about("What it has written stands.");
    paths.add(canceled.answers(200, "the job", &job, &[]));
    paths.add(
        of_job("jobs.delete", "Forget a job that has ended, with its files and results")
            .refuses(&[409])
            .answers_empty(204, "it is forgotten", &[]),
    );
    let outcome = json!({ "type": "string", "enum": ["succeeded", "failed", "unprocessed"] });
    let rows = json!({
        "application/jsonl": { "schema": { "type": "string", "description": "A `KithJobRow` a line." } },
        "text/csv": { "schema": { "type": "string" } },
    });
    paths.add(
        of_job("jobs.results", "Read what became of each row")
            .query("outcome", "Only rows of which this became.", &outcome)
            .answers_as(200, "the rows, in order", &rows, &[]),
    );
}

/// The operations on a job's files.
fn describe_files(paths: &mut Paths) {
    paths.add(of_job("jobs.files", "List a job's files").answers(
        200,
        "all of them",
        &page(&reference("KithJobFile")),
        &[],
    ));
    let name = json!({ "type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 100 });
    let part = json!({ "type": "integer", "minimum": 1, "maximum": PARTS_MAX });
    let text = json!({ "schema": { "type": "string" }, "example": "full_name\nAda Lovelace\n" });
    let body = json!({
        "application/octet-stream": { "schema": { "type": "string", "format": "binary" } },
        "text/csv": text,
        "application/jsonl": { "schema": { "type": "string" } },
    });
    paths.add(
        of_job("jobs.upload", "Send a part of a file")
            .about(
                "The body is streamed. A file is its parts one after another; a part can be sent again until the \
                 job starts. It may be compressed (`Content-Encoding: gzip` or `zstd`), and checked by a \
                 `Content-Digest`.",
            )
            .segment("file", "The file's name; a load's only file is `data`.", &name)
            .segment("part", "The part's number.", &part)
            .content(&body)
            .refuses(&[409])
            .answers(200, "what came in", &reference("KithJobPart"), &[]),
    );
    let content = json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } });
    paths.add(
        of_job("jobs.content", "Read a file of a job")
            .about("Whole, or by `Range`. A file that is still being written is streamed as it grows.")
            .segment("file", "The file's name.", &name)
            .refuses(&[416])
            .answers_as(200, "the file", &content, &["Repr-Digest", "Accept-Ranges"])
            .answers_as(206, "a part of it", &content, &["Content-Range"])
            .answers_empty(304, "the client has it already", &[]),
    );
}

/// What may be asked for.
fn asked(object: &Json) -> Json {
    let flag = json!({ "type": "boolean", "default": false });
    let character = json!({ "type": "string", "minLength": 1, "maxLength": 1, "pattern": "^[ -~\\t]$" });
    let header = json!({ "type": "array", "minItems": 1, "maxItems": FILE_COLUMNS_MAX, "items": { "type": "string" } });
    let load = json!({
        "type": "object",
        "title": "Rows of a file written to one object",
        "properties": {
            "kind": { "const": "load" },
            "object": object,
            "operation": { "type": "string", "enum": ["create", "update", "upsert", "delete"], "default": "create" },
            "by": { "type": "array", "minItems": 1, "items": definition::name(), "description": "The fields of the unique key of an upsert." },
            "format": { "type": "string", "enum": ["csv", "jsonl"], "default": "csv" },
            "effect": { "type": "string", "enum": ["independent", "atomic"], "default": "independent" },
            "plan": flag,
            "keep": flag,
            "csv": {
                "type": "object",
                "properties": {
                    "delimiter": character, "quote": character, "header": header,
                    "empty": { "type": "string", "enum": ["null", "absent"], "default": "null" },
                },
                "additionalProperties": false,
            },
        },
        "required": ["kind", "object"],
        "additionalProperties": false,
    });
    let import = json!({
        "type": "object",
        "title": "Files of another system brought in by a mapping",
        "properties": {
            "kind": { "const": "import" },
            "mapping": { "type": "object", "description": "See docs/import.md." },
            "again": id("job"),
            "plan": flag,
            "keep": { "type": "boolean", "default": true },
        },
        "required": ["kind"],
        "oneOf": [{ "required": ["mapping"] }, { "required": ["again"] }],
        "additionalProperties": false,
    });
    let other = json!({
        "type": "object",
        "title": "An export",
        "properties": { "kind": { "const": "export" } },
        "required": ["kind"],
    });
    json!({ "oneOf": [load, import, other] })
}

/// The schemas of jobs.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let count = json!({ "type": "integer", "minimum": 0 });
    let digest = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let part = json!({
        "type": "object",
        "properties": { "file": { "type": "string" }, "part": { "type": "integer", "minimum": 1 }, "bytes": count, "sha256": digest },
        "required": ["file", "part", "bytes", "sha256"],
        "example": { "file": "data", "part": 1, "bytes": 23, "sha256": "0".repeat(64) },
    });
    let file = json!({
        "type": "object",
        "properties": { "file": { "type": "string" }, "bytes": count },
        "required": ["file", "bytes"],
    });
    vec![
        ("KithJob".to_owned(), job()),
        ("KithJobPart".to_owned(), part),
        ("KithJobFile".to_owned(), file),
        ("KithJobRow".to_owned(), row()),
    ]
}

fn job() -> Json {
    let count = json!({ "type": "integer", "minimum": 0 });
    let maybe = json!({ "type": ["integer", "null"], "minimum": 0 });
    json!({
        "type": "object",
        "description": "A job, with what was asked for beside these members.",
        "properties": {
            "id": id("job"),
            "kind": { "type": "string", "enum": ["load", "import", "export"] },
            "state": { "type": "string", "enum": ["open", "running", "done", "failed", "canceled"] },
            "rows": {
                "type": "object",
                "properties": {
                    "done": count, "total": maybe, "created": count, "updated": count, "unchanged": count,
                    "deleted": count, "failed": count,
                },
                "required": ["done", "total", "created", "updated", "unchanged", "deleted", "failed"],
            },
            "bytes": { "type": "object" },
            "position": maybe,
            "error": { "oneOf": [{ "type": "null" }, reference("KithFault")] },
            "created_by": actor(),
            "created_at": moment(),
            "started_at": moment_or_null(),
            "ended_at": moment_or_null(),
        },
        "required": [
            "id", "kind", "state", "rows", "bytes", "position", "error", "created_by", "created_at", "started_at", "ended_at",
        ],
        "example": {
            "id": format!("job_{SUFFIX}"), "kind": "load", "state": "done", "object": "contact",
            "operation": "create", "format": "csv", "effect": "independent", "plan": false, "keep": false,
            "rows": {
                "done": 2, "total": 2, "created": 1, "updated": 0, "unchanged": 0, "deleted": 0, "failed": 1,
            },
            "bytes": { "received": 48 }, "position": 42, "error": null,
            "created_by": format!("token_{SUFFIX}"),
            "created_at": "2026-11-23T09:30:00.000000Z", "started_at": "2026-11-23T09:30:01.000000Z",
            "ended_at": "2026-11-23T09:30:02.000000Z",
        },
    })
}

/// A line of the results.
fn row() -> Json {
    let number = json!({ "type": "integer", "minimum": 1 });
    json!({
        "type": "object",
        "properties": {
            "row": number,
            "line": number,
            "outcome": { "type": "string", "enum": ["succeeded", "failed", "unprocessed"] },
            "disposition": { "type": "string", "examples": ["created", "updated", "unchanged", "deleted"] },
            "id": { "type": "string" },
            "errors": { "type": "array", "minItems": 1, "items": reference("KithFault") },
            "raw": { "type": "string", "description": "The row as it came, cut at 16 KiB." },
        },
        "required": ["row", "outcome"],
    })
}
