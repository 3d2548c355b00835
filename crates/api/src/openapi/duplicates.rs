//! Duplicates and merging: matching rules, likely duplicates, pairs, and the merge.

use kith_model::limits::{DUPLICATES_MAX, SCAN_RECORDS_MAX};
use kith_model::operation::{Duplicates, Side};
use serde_json::{Map, Value as Json, json};

use crate::openapi::components::id;
use crate::openapi::definition::name;
use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;

/// Describes the operations that are the same for every object.
pub(super) fn describe(paths: &mut Paths, object: &Json) {
    let of = |operation, summary| {
        Operation::of(operation, summary).segment("object", "The object's name.", object)
    };
    let example = json!({
        "name": "similar_name",
        "on": [{ "field": "full_name", "how": "similar", "at_least": 90 }, { "field": "company" }],
    });
    paths.add(
        of("matching.create", "Add a matching rule")
            .about("It files what is written from now on; a task files the records there are.")
            .refuses(&[409])
            .body(&reference("KithMatching"), &example)
            .answers(201, "added", &reference("KithMatchingCreated"), &["Location"]),
    );
    paths.add(
        of("matching.drop", "Drop a matching rule and the open pairs it found")
            .segment("matching", "The rule's name.", &name())
            .answers_empty(204, "dropped", &[]),
    );
    let parameter = |name: &str, schema: &Json| json!({ "name": name, "in": "query", "required": true, "schema": schema });
    let states = json!({ "type": "string", "enum": ["open", "dismissed"], "default": "open" });
    paths.add(
        Operation::of("duplicates.list", "List pairs of records that are likely to be one")
            .given(parameter("object", object))
            .query("state", "Those that nobody has decided on, or those that are two.", &states)
            .paged()
            .after_position()
            .answers(200, "a page", &page(), &[]),
    );
    let scan = json!({
        "type": "object",
        "properties": {
            "records": { "type": "integer", "minimum": 0, "maximum": SCAN_RECORDS_MAX },
            "next_cursor": { "type": ["string", "null"] },
        },
        "required": ["records", "next_cursor"],
    });
    let body = json!({
        "type": "object",
        "properties": { "object": object },
        "required": ["object"],
        "additionalProperties": false,
    });
    paths.add(
        Operation::of("duplicates.scan", "Compare a stretch of an object's records with all others")
            .about("Call it with `next_cursor` until that is null. It can stop and go on at any time.")
            .parameter("Cursor")
            .body(&body, &json!({ "object": "contact" }))
            .answers(200, "scanned", &scan, &[]),
    );
    let id = json!({ "type": "string", "minLength": 1 });
    paths.add(
        Operation::of("duplicates.dismiss", "Remember that two records are two")
            .segment("first", "The one's id.", &id)
            .segment("second", "The other's id.", &id)
            .answers_empty(204, "remembered", &[]),
    );
}

/// Says what the check of a record that is not stored takes and answers.
pub(super) fn check(operation: Operation, record: &Json, input: &(Json, Json)) -> Operation {
    operation
        .about("What an entry form asks. Nothing need be there that a record must have; nothing is written.")
        .after_position()
        .body(&input.0, &input.1)
        .answers(200, "the likeliest first", &found(record), &[])
}

/// Says what the search for a record's duplicates answers.
pub(super) fn of_record(operation: Operation, record: &Json) -> Operation {
    operation.after_position().answers(200, "the likeliest first", &found(record), &[])
}

/// Says what a merge takes and answers.
pub(super) fn merge(operation: Operation, written: &Json) -> Operation {
    let body = json!({
        "type": "object",
        "properties": members(&json!({ "type": "string" }), "from_match"),
        "required": ["from"],
        "additionalProperties": false,
    });
    let example = json!({ "from": "contact_01h455vb4pex5vsknk084sn02q", "fields": { "email": "from" } });
    operation
        .about(
            "The other record goes: what referred to it refers to this one, and its id stands for this one.",
        )
        .parameter("Prefer")
        .conditional()
        .body(&body, &example)
        .answers(
            200,
            "merged",
            written,
            &["ETag", "Preference-Applied", "Kith-Merged-Into", "Content-Location"],
        )
}

/// The members of a merge, given what its `from` may be.
pub(super) fn members(from: &Json, from_match: &str) -> Map<String, Json> {
    let words: Vec<&str> = Side::WORDS.iter().map(|(word, _)| *word).collect();
    let side = json!({ "type": "string", "enum": words });
    let mut members = Map::new();
    members.insert("from".to_owned(), from.clone());
    members.insert("fields".to_owned(), json!({ "type": "object", "additionalProperties": side }));
    members.insert("default".to_owned(), json!({ "type": "string", "enum": words, "default": "into" }));
    members.insert(from_match.to_owned(), json!({ "type": ["integer", "null"], "minimum": 1 }));
    members
}

/// What a write can be asked to do about duplicates.
pub(super) fn words() -> Json {
    let words: Vec<&str> = Duplicates::WORDS.iter().map(|(word, _)| *word).collect();
    json!({ "type": "string", "enum": words })
}

fn found(record: &Json) -> Json {
    let found = json!({
        "type": "object",
        "properties": {
            "rule": { "type": "string" },
            "score": { "type": "integer", "minimum": 0, "maximum": 100 },
            "record": record,
        },
        "required": ["rule", "score", "record"],
    });
    json!({
        "type": "object",
        "properties": { "data": { "type": "array", "items": found, "maxItems": DUPLICATES_MAX } },
        "required": ["data"],
    })
}

fn page() -> Json {
    json!({
        "type": "object",
        "properties": {
            "data": { "type": "array", "items": reference("KithPair") },
            "next_cursor": { "type": ["string", "null"] },
        },
        "required": ["data", "next_cursor"],
    })
}

/// The schemas of matching rules and pairs.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let term = json!({
        "type": "object",
        "properties": {
            "field": name(),
            "how": { "type": "string", "enum": ["exact", "normalized", "similar"], "default": "exact" },
            "at_least": { "type": "integer", "minimum": 60, "maximum": 100, "default": 90 },
        },
        "required": ["field"],
        "additionalProperties": false,
    });
    let matching = json!({
        "type": "object",
        "description": "When two records are likely to stand for the same thing: all terms hold.",
        "properties": {
            "name": name(),
            "on": { "type": "array", "minItems": 1, "items": term },
            "state": { "type": "string", "enum": ["building"], "description": "There while not all records are filed." },
        },
        "required": ["name", "on"],
        "additionalProperties": false,
    });
    let mut created = matching.clone();
    created["properties"]["task"] = id("schema_task");
    let pair = json!({
        "type": "object",
        "properties": {
            "object": { "type": "string" },
            "first": { "type": "string" },
            "second": { "type": "string" },
            "rule": { "type": ["string", "null"] },
            "score": { "type": ["integer", "null"], "minimum": 0, "maximum": 100 },
            "state": { "type": "string", "enum": ["open", "dismissed"] },
            "found_at": { "type": "string", "format": "date-time" },
        },
        "required": ["object", "first", "second", "rule", "score", "state", "found_at"],
    });
    vec![
        ("KithMatching".to_owned(), matching),
        ("KithMatchingCreated".to_owned(), created),
        ("KithPair".to_owned(), pair),
    ]
}
