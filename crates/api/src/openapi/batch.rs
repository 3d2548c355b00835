//! The batch: many operations in one transaction.

use kith_model::catalog::{Catalog, Key, Object};
use kith_model::limits::BATCH_OPERATIONS_MAX;
use serde_json::{Map, Value as Json, json};

use crate::openapi::lookup::{source, stamps};
use crate::openapi::names::Names;
use crate::openapi::operation::{Operation, reference};
use crate::openapi::paths::Paths;
use crate::openapi::{duplicates, field};

/// Describes the batch, given what one of its operations may be.
pub(super) fn describe(paths: &mut Paths, operation: &Json) {
    // An independent batch takes any operation that can be read, and says in its place
    // what is wrong with it.
    let any = json!({ "anyOf": [operation, generic()] });
    let body = json!({
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    "atomic": { "type": "boolean", "const": true, "description": "All or nothing." },
                    "operations": several(operation),
                },
                "required": ["operations"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "properties": {
                    "atomic": {
                        "type": "boolean", "const": false,
                        "description": "Each operation for itself: one that is refused is `422` (or what it would be alone) in its place.",
                    },
                    "operations": several(&any),
                },
                "required": ["atomic", "operations"],
                "additionalProperties": false,
            },
        ],
    });
    let example = json!({
        "operations": [
            { "op": "create", "object": "company", "as": "acme", "record": { "name": "Acme" } },
            {
                "op": "create", "object": "contact",
                "record": { "full_name": "Ada Lovelace", "company": { "$ref": "acme" } },
            },
        ],
    });
    paths.add(
        Operation::of("batch.submit", "Do many operations in one transaction")
            .about(
                "In order; each sees what those before it did, and may refer to their results with \
                 `{\"$ref\": \"<label>\"}` in place of an id. With `atomic: false` each operation stands alone.",
            )
            .parameter("Prefer")
            .refuses(&[409, 412, 424])
            .body(&body, &example)
            .answers(200, "one result an operation", &results(), &["Preference-Applied"]),
    );
}

fn several(operation: &Json) -> Json {
    json!({ "type": "array", "minItems": 1, "maxItems": BATCH_OPERATIONS_MAX, "items": operation })
}

/// The answer: one result an operation.
pub(super) fn results() -> Json {
    let result = json!({
        "type": "object",
        "properties": {
            "status": { "type": "integer" },
            "object": { "type": "string" },
            "id": { "type": "string" },
            "version": { "type": "integer" },
            "record": { "type": "object" },
            "duplicates": { "type": "integer", "minimum": 0 },
            "error": reference("KithProblem"),
        },
        "required": ["status"],
    });
    json!({
        "type": "object",
        "properties": {
            "position": { "type": "integer", "minimum": 0 },
            "results": { "type": "array", "items": result },
        },
        "required": ["position", "results"],
    })
}

/// Any operation on any object.
pub(super) fn generic() -> Json {
    let object = json!({ "type": "string" });
    json!({ "oneOf": operations(&object, &json!({ "type": "object" }), &json!({ "type": "object" }), &json!({ "type": "object" })) })
}

/// Any operation on the objects of a catalog.
pub(super) fn typed(catalog: &Catalog, names: &Names) -> Json {
    let mut choices = Vec::new();
    for object in catalog.visible() {
        let name = names.get(object.number);
        let by = by(object, catalog);
        let (new, patch) = (
            with_labels(reference(&format!("{name}Create"))),
            with_labels(reference(&format!("{name}Patch"))),
        );
        choices.extend(operations(&json!({ "type": "string", "const": object.name }), &new, &patch, &by));
    }
    if choices.is_empty() { generic() } else { json!({ "oneOf": choices }) }
}

/// The values by which an upsert finds its record: those of one unique key.
fn by(object: &Object, catalog: &Catalog) -> Json {
    let key = |key: &Key| {
        let fields =
            key.fields.iter().filter_map(|number| object.slot(*number)).map(|slot| &object.fields()[slot]);
        let names: Vec<&str> = fields.clone().map(|each| each.name.as_str()).collect();
        let properties: Map<String, Json> =
            fields.map(|each| (each.name.clone(), field::value_in(each, catalog))).collect();
        json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
    };
    let keys: Vec<Json> = object.unique_keys().map(key).collect();
    if keys.is_empty() { json!(false) } else { json!({ "anyOf": keys }) }
}

/// A kind of operation: its name, its own members, and those of them it must have.
type Kind<'a> = (&'a str, &'a [(&'a str, &'a Json)], &'a [&'a str]);

/// Operations as they are, with their own members.
fn operations(object: &Json, new: &Json, patch: &Json, by: &Json) -> Vec<Json> {
    let version = json!({ "type": ["integer", "null"], "minimum": 1 });
    let id = target();
    let (source, stamps) = (source(), stamps());
    let merge = duplicates::members(&id, "from_match");
    let merge: Vec<(&str, &Json)> = [("id", &id), ("if_match", &version)]
        .into_iter()
        .chain(merge.iter().map(|(name, schema)| (name.as_str(), schema)))
        .collect();
    let words = duplicates::words();
    let about = ("duplicates", &words);
    let kinds: [Kind<'_>; 7] = [
        ("create", &[("record", new), about, ("source", &source), ("stamps", &stamps)], &["record"]),
        (
            "update",
            &[("id", &id), ("record", patch), ("if_match", &version), about, ("stamps", &stamps)],
            &["id", "record"],
        ),
        (
            "upsert",
            &[
                ("by", by),
                ("record", patch),
                ("if_match", &version),
                about,
                ("source", &source),
                ("stamps", &stamps),
            ],
            &["by", "record"],
        ),
        ("merge", &merge, &["id", "from"]),
        ("delete", &[("id", &id), ("if_match", &version)], &["id"]),
        ("restore", &[("id", &id)], &["id"]),
        ("purge", &[("id", &id), ("if_match", &version)], &["id"]),
    ];
    let describe = |(op, members, needed): &Kind<'_>| {
        let mut properties = json!({
            "op": { "type": "string", "const": op },
            "object": object,
            "as": { "type": "string", "description": "The name under which later operations refer to the result." },
        });
        for (name, schema) in *members {
            properties[*name] = (*schema).clone();
        }
        let required: Vec<&str> = ["op", "object"].into_iter().chain(needed.iter().copied()).collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    };
    // Without a unique key there is nothing to look a record up by.
    kinds.iter().filter(|(op, ..)| *op != "upsert" || *by != json!(false)).map(describe).collect()
}

/// A record by its id, by an earlier result, or by an id of another system.
fn target() -> Json {
    json!({
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "$ref": { "type": "string" } },
                "required": ["$ref"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "properties": { "$source": source() },
                "required": ["$source"],
                "additionalProperties": false,
            },
        ],
    })
}

/// A record in a batch; its references may name earlier results, which the description
/// says and the schema does not.
fn with_labels(schema: Json) -> Json {
    json!({ "allOf": [schema], "description": "A reference may also be `{\"$ref\": \"<label>\"}`, `{\"$by\": {…}}` or `{\"$source\": {…}}`." })
}
