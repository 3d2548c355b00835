//! Imports, beside the jobs that they are.

use serde_json::json;

use crate::openapi::definition;
use crate::openapi::operation::Operation;
use crate::openapi::paths::Paths;

/// Describes the operations on imports.
pub(super) fn describe(paths: &mut Paths) {
    let text = json!({ "schema": { "type": "string" }, "example": "Id,Name\n1,Ada\n" });
    let lines = json!({ "schema": { "type": "string" } });
    let body = json!({ "text/csv": text, "application/jsonl": lines, "application/octet-stream": text });
    let column = json!({
        "type": "object",
        "properties": {
            "column": { "type": "string" },
            "field": { "type": ["string", "null"], "description": "The field proposed for it, if any." },
            "type": { "type": ["string", "null"] },
            "filled": { "type": "integer", "description": "Rows that have something in it." },
            "distinct": { "type": "integer" },
            "examples": { "type": "array", "items": { "type": "string" } },
            "note": { "type": ["string", "null"], "description": "What a person should look at." },
        },
        "required": ["column", "field", "type", "filled", "distinct", "examples", "note"],
        "additionalProperties": false,
    });
    let found = json!({
        "type": "object",
        "properties": {
            "object": { "type": "object", "description": "A definition, as `POST /v1/schema/objects` takes it." },
            "mapping": { "type": "object", "description": "A mapping of the file to that object." },
            "columns": { "type": "array", "items": column },
            "rows": { "type": "integer", "description": "How many rows were looked at." },
        },
        "required": ["object", "mapping", "columns", "rows"],
        "additionalProperties": false,
    });
    let word = json!({ "type": "string", "minLength": 1, "maxLength": 100 });
    paths.add(
        Operation::of("imports.infer", "Propose an object and a mapping for a file")
            .about("The body is the file, or its beginning. Nothing is written.")
            .query("file", "The file's name; JSON Lines end in `.jsonl`.", &word)
            .query("object", "A name for the object.", &definition::name())
            .query("system", "A name for the system that the file is from.", &word)
            .content(&body)
            .answers(200, "the proposal", &found, &[]),
    );
}
