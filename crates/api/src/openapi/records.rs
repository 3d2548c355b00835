//! Operations on records: once for any object, or for each object by its name.

use kith_model::limits::SOURCE_ID_LENGTH_MAX;
use serde_json::{Map, Value as Json, json};

use crate::openapi::components::page;
use crate::openapi::definition::name;
use crate::openapi::operation::{Operation, link, reference};
use crate::openapi::paths::Paths;
use crate::openapi::{duplicates, record};

/// Makes an operation: its route, the verb of its name, the end of its path, and what
/// it does.
pub(super) type Make<'a> = &'a dyn Fn(&'static str, &str, &str, &str) -> Operation;

/// The schemas and examples of some records.
pub(super) struct Shapes {
    /// A record as it is read.
    pub(super) record: Json,
    /// A new one.
    pub(super) creation: (Json, Json),
    /// A change of one.
    pub(super) patch: (Json, Json),
    /// As much of one as is known.
    pub(super) draft: (Json, Json),
    /// A record's id.
    pub(super) id: Json,
    /// Where the answer to a creation leads.
    pub(super) links: Map<String, Json>,
}

/// Headers of a record that was written.
const WRITTEN: &[&str] =
    &["ETag", "Preference-Applied", "Kith-Duplicates", "Kith-Merged-Into", "Content-Location"];

/// Headers of a record that was made.
const CREATED: &[&str] = &["ETag", "Location", "Preference-Applied", "Kith-Duplicates"];

/// Describes reading, writing and restoring one record.
pub(super) fn describe_one(paths: &mut Paths, make: Make<'_>, shapes: &Shapes) {
    let one = |operation, verb, rest, summary| {
        make(operation, verb, rest, summary).segment("id", "The record's id.", &shapes.id)
    };
    let written = written(shapes);
    let flag = json!({ "type": "boolean", "default": false });
    paths.add(
        one("records.read", "read", "/{id}", "Read a record")
            .query("provenance", "Also say where each value came from.", &flag)
            .parameter("IfNoneMatch")
            .after_position()
            .answers(200, "the record", &shapes.record, &["ETag", "Kith-Merged-Into", "Content-Location"])
            .answers_empty(304, "the client has this version", &["ETag"]),
    );
    paths.add(
        one("records.update", "update", "/{id}", "Change a record")
            .about("Named fields are set, `null` clears, absent fields stay.")
            .parameter("Prefer")
            .parameter("Duplicates")
            .conditional()
            .body(&shapes.patch.0, &shapes.patch.1)
            .answers(200, "changed, or as asked for already", &written, WRITTEN),
    );
    paths.add(
        one("records.delete", "delete", "/{id}", "Delete a record")
            .about("It goes to the trash, with what cascades.")
            .query("hard", "Purge it: nothing is left of it.", &flag)
            .conditional()
            .answers_empty(204, "deleted", &[]),
    );
    paths.add(
        one("records.restore", "restore", "/{id}/restore", "Restore a record")
            .about("It comes back under its id, with everything its deletion took along.")
            .parameter("Prefer")
            .answers(200, "restored", &written, &["ETag", "Preference-Applied"]),
    );
    paths.add(
        one("records.history", "history", "/{id}/history", "Read what changed in a record")
            .paged()
            .after_position()
            .answers(200, "a page", &record::history(), &[]),
    );
    let merge = one("records.merge", "merge", "/{id}/merge", "Merge another record into this one");
    paths.add(duplicates::merge(merge, &written));
    let likely =
        one("records.duplicates", "duplicates", "/{id}/duplicates", "Find what is likely to be the same");
    paths.add(duplicates::of_record(likely, &shapes.record));
    paths.add(
        one(
            "records.timeline",
            "timeline",
            "/{id}/timeline/{field}",
            "Read how long a field had which value",
        )
        .segment("field", "The field's name.", &name())
        .after_position()
        .answers(200, "its values, oldest first", &record::timeline(), &[]),
    );
}

/// Describes making records and listing deleted ones.
pub(super) fn describe_all(paths: &mut Paths, make: Make<'_>, shapes: &Shapes, about: &str) {
    paths.add(
        make("records.create", "create", "", "Create a record")
            .about(about)
            .parameter("Prefer")
            .parameter("Duplicates")
            .body(&shapes.creation.0, &shapes.creation.1)
            .answers(201, "created", &written(shapes), CREATED)
            .leads_to(201, shapes.links.clone()),
    );
    let check =
        make("records.check", "check", "/duplicates", "Find what is likely to be the same as a new record");
    paths.add(duplicates::check(check, &shapes.record, &shapes.draft));
    paths.add(make("trash.list", "list", "", "List deleted records").paged().answers(
        200,
        "a page",
        &record::trash(&shapes.record),
        &[],
    ));
}

/// Says what an upsert takes and answers.
pub(super) fn upsert(operation: Operation, shapes: &Shapes) -> Operation {
    let written = written(shapes);
    operation
        .parameter("Prefer")
        .conditional()
        .body(&shapes.patch.0, &shapes.patch.1)
        .answers(200, "changed", &written, &["ETag", "Preference-Applied"])
        .answers(201, "created", &written, &["ETag", "Location", "Preference-Applied"])
}

fn written(shapes: &Shapes) -> Json {
    json!({ "anyOf": [shapes.record, reference("KithWritten")] })
}

/// The orders of a list.
pub(super) fn order() -> Json {
    json!({
        "type": "string",
        "minLength": 1,
        "default": "created_at",
        "examples": ["-updated_at", "-amount,company.name:nulls_last"],
    })
}

/// The parameters of the query language.
pub(super) fn asked(operation: Operation) -> Operation {
    let condition =
        json!({ "type": "string", "minLength": 1, "examples": ["version > 1 && created_at < now()"] });
    let about = "A condition (see docs/query.md); the records for which it is true.";
    operation
        .query("where", about, &condition)
        .query("order", "What they are ordered by, `-` for the greatest first.", &order())
        .query("count", "Whether all of them are counted.", &json!({ "type": "string", "enum": ["exact"] }))
        .refuses(&[422])
}

/// A page of records.
pub(super) fn record_page(record: &Json) -> Json {
    let mut page = page(record);
    let about = "How many records the list is about, where that was asked.";
    page["properties"]["count"] = json!({ "type": "integer", "minimum": 0, "description": about });
    page
}

/// What leads on from a record that was just made.
pub(super) fn links(noun: &str, parameters: &Json) -> Map<String, Json> {
    let verbs = ["read", "update", "history", "delete", "restore"];
    verbs.into_iter().map(|verb| (verb.to_owned(), link(&format!("{noun}.{verb}"), parameters))).collect()
}

/// Describes the operations on records of any object.
pub(super) fn describe(paths: &mut Paths) {
    let make = |operation: &'static str, _: &str, _: &str, summary: &str| {
        Operation::of(operation, summary).segment("object", "The object's name.", &name())
    };
    let example = json!({ "full_name": "Ada Lovelace" });
    let shapes = Shapes {
        record: reference("KithRecord"),
        creation: (reference("KithInput"), example.clone()),
        patch: (reference("KithInput"), example.clone()),
        draft: (reference("KithInput"), example),
        id: id(),
        links: links("records", &json!({ "object": "$request.path.object", "id": "$response.body#/id" })),
    };
    describe_all(paths, &make, &shapes, "");
    describe_one(paths, &make, &shapes);
    let fields = json!({
        "name": "fields",
        "in": "query",
        "description": "Fields and the values they must have.",
        "style": "form",
        "explode": true,
        "schema": { "type": "object", "additionalProperties": { "type": "string" } },
    });
    let list = make("records.list", "list", "", "List records")
        .about("A field's name as a parameter gives the records that have this value.")
        .given(fields)
        .query("is_null", "Fields that have no value, separated by commas.", &json!({ "type": "string" }));
    let page = record_page(&shapes.record);
    paths.add(asked(list).paged().after_position().answers(200, "a page", &page, &[]));
    let by = make("records.upsert", "", "", "Create or change the record with this value of a unique key")
        .segment("field", "The field of a unique key over this field alone.", &name())
        .segment("value", "Its value.", &json!({ "type": "string", "minLength": 1 }));
    paths.add(upsert(by, &shapes));
    sources(paths, &make, &shapes);
}

/// Describes reading and writing by an id in another system.
fn sources(paths: &mut Paths, make: Make<'_>, shapes: &Shapes) {
    let part = json!({ "type": "string", "minLength": 1, "maxLength": SOURCE_ID_LENGTH_MAX });
    let by = |operation, summary| {
        make(operation, "", "", summary)
            .segment("system", "The other system.", &part)
            .segment("source_object", "What kind of thing it is there.", &part)
            .segment("source_id", "Its id there.", &part)
    };
    paths.add(upsert(
        by("records.upsert_source", "Create or change the record that stands for an id of another system"),
        shapes,
    ));
    paths.add(
        by("records.read_source", "Read the record that stands for an id of another system")
            .parameter("IfNoneMatch")
            .after_position()
            .answers(200, "the record", &shapes.record, &["ETag", "Content-Location"])
            .answers_empty(304, "the client has this version", &["ETag"]),
    );
}

fn id() -> Json {
    json!({ "type": "string", "examples": ["contact_01h455vb4pex5vsknk084sn02q"] })
}

/// Records of which nothing more is known.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    record::system(&id(), &mut properties, &mut required);
    properties.insert("provenance".to_owned(), record::provenance());
    let record = json!({
        "type": "object",
        "description": "A record: what every record has, and its object's fields by name.",
        "properties": properties,
        "required": required,
        "additionalProperties": true,
    });
    let input = json!({ "type": "object", "description": "Fields by name.", "additionalProperties": true });
    vec![("KithRecord".to_owned(), record), ("KithInput".to_owned(), input)]
}
