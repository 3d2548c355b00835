//! Operations on the schema.

use serde_json::{Map, Value as Json, json};

use crate::openapi::components::page;
use crate::openapi::definition::name;
use crate::openapi::operation::{Operation, link, reference};
use crate::openapi::paths::Paths;
use crate::openapi::plans;
use crate::openapi::removal;
use crate::openapi::rules;

/// Describes the operations on objects, fields and keys.
pub(super) fn describe(paths: &mut Paths) {
    let whole = json!({
        "type": "object",
        "properties": {
            "version": { "type": "integer", "minimum": 0 },
            "objects": { "type": "array", "items": reference("KithObject") },
        },
        "required": ["version", "objects"],
    });
    paths.add(
        Operation::of("schema.read", "Read the whole schema")
            .query(
                "version",
                "As it was at this version.",
                &json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            )
            .after_position()
            .refuses(&[404])
            .answers(200, "the schema", &whole, &[]),
    );
    paths.add(
        Operation::of("schema.versions", "List the versions of the schema")
            .about("The latest first.")
            .paged()
            .after_position()
            .answers(200, "a page", &page(&removal::version()), &[]),
    );
    paths.add(
        Operation::of("schema.removed", "List what was removed")
            .about("Objects and fields that are hidden, and can be restored or purged.")
            .after_position()
            .answers(200, "what was removed", &page(&removal::removed()), &[]),
    );
    objects(paths);
    fields(paths);
    keys(paths);
    rules::describe(paths);
    plans::describe(paths);
}

fn of(operation: &'static str, summary: &str) -> Operation {
    Operation::of(operation, summary).segment("object", "The object's name.", &name())
}

fn objects(paths: &mut Paths) {
    let example = json!({
        "name": "contact",
        "label": "Contact",
        "fields": [
            { "name": "full_name", "type": "text", "required": true },
            { "name": "email", "type": "email", "unique": true, "classification": "personal" },
        ],
    });
    paths.add(
        Operation::of("objects.create", "Create an object with its fields and keys")
            .body(&reference("KithObjectCreate"), &example)
            .answers(201, "created", &reference("KithObject"), &["Location"])
            .leads_to(201, links("objects", &json!({ "object": "$response.body#/name" }))),
    );
    paths.add(Operation::of("objects.list", "List the objects").after_position().answers(
        200,
        "the objects",
        &page(&reference("KithObject")),
        &[],
    ));
    paths.add(of("objects.read", "Read an object").after_position().answers(
        200,
        "the object",
        &reference("KithObject"),
        &[],
    ));
    paths.add(
        of("objects.update", "Change an object")
            .body(&reference("KithObjectPatch"), &json!({ "label": "Person" }))
            .answers(200, "changed", &reference("KithObject"), &[]),
    );
    let drop = of("objects.drop", "Remove an object").about("It is hidden, and can be restored.").query(
        "with_records",
        "With `hard`: also when it has records.",
        &json!({ "type": "boolean", "default": false }),
    );
    let restore = of("objects.restore", "Restore an object");
    removal::describe(paths, drop, restore, "object", &json!({}));
    let storage = json!({
        "type": "object",
        "properties": {
            "object": name(),
            "table": { "type": "string" },
            "columns": { "type": "array", "items": { "type": "object" } },
            "indexes": { "type": "array", "items": { "type": "object" } },
        },
        "required": ["object", "table", "columns", "indexes"],
    });
    paths.add(of("objects.storage", "How an object is stored and indexed").after_position().answers(
        200,
        "its table",
        &storage,
        &[],
    ));
}

fn fields(paths: &mut Paths) {
    let one = |operation, summary| of(operation, summary).segment("field", "The field's name.", &name());
    let example = json!({ "name": "stage", "type": "select", "options": ["lead", "won"] });
    let parameters = json!({ "object": "$request.path.object", "field": "$response.body#/name" });
    paths.add(
        of("fields.create", "Add a field")
            .body(&reference("KithFieldCreate"), &example)
            .answers(201, "added", &reference("KithField"), &["Location"])
            .leads_to(201, links("fields", &parameters)),
    );
    paths.add(one("fields.read", "Read a field").after_position().answers(
        200,
        "the field",
        &reference("KithField"),
        &[],
    ));
    paths.add(
        one("fields.update", "Change a field")
            .body(&reference("KithFieldPatch"), &json!({ "label": "Stage" }))
            .answers(200, "changed", &reference("KithField"), &[]),
    );
    let drop =
        one("fields.drop", "Remove a field").about("It is hidden, and can be restored with its values.");
    removal::describe(paths, drop, one("fields.restore", "Restore a field"), "field", &json!({}));
}

fn keys(paths: &mut Paths) {
    let mut links = Map::new();
    let parameters = json!({ "object": "$request.path.object", "key": "$response.body#/name" });
    links.insert("drop".to_owned(), link("keys.drop", &parameters));
    paths.add(
        of("keys.create", "Add a unique key or an index")
            .body(&reference("KithKeyCreate"), &json!({ "fields": ["email"], "unique": true }))
            .answers(201, "added", &reference("KithKey"), &["Location"])
            .leads_to(201, links),
    );
    paths.add(
        of("keys.update", "Rename a key")
            .segment("key", "The key's name.", &name())
            .body(&reference("KithKeyPatch"), &json!({ "name": "by_email" }))
            .answers(200, "changed", &reference("KithKey"), &[]),
    );
    paths.add(
        of("keys.drop", "Drop a key or an index").segment("key", "The key's name.", &name()).answers_empty(
            204,
            "dropped",
            &[],
        ),
    );
}

fn links(noun: &str, parameters: &Json) -> Map<String, Json> {
    let verbs = ["read", "update", "drop"];
    verbs.into_iter().map(|verb| (verb.to_owned(), link(&format!("{noun}.{verb}"), parameters))).collect()
}
