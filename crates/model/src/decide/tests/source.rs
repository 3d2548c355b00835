//! Records of another system: their ids, times and authors there.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::world::{World, map, told};
use crate::decide::{RecordReply, Reply};
use crate::fault::Faults;
use crate::operation::{Action, Disposition, Duplicates, Expect, Input, Mode, RecordOperation, Target, Work};
use crate::schema::{SchemaChange, id_map};
use crate::source::{SourceId, Stamps};

fn crm() -> World {
    let mut world = World::of(&[
        json!({
            "name": "contact",
            "fields": [
                {"name": "name", "type": "text"},
                {"name": "email", "type": "email", "unique": true},
            ],
        }),
        json!({"name": "deal", "fields": [{"name": "name", "type": "text"},
            {"name": "contact", "type": "reference", "to": ["contact"], "on_delete": "clear"}]}),
    ]);
    let targets = ["contact".to_owned(), "deal".to_owned()];
    world.change(SchemaChange::CreateObject(id_map(&targets).unwrap())).unwrap();
    world
}

fn id(number: &str) -> SourceId {
    SourceId::new("old", "Contact", number).unwrap()
}

fn sourced(object: &str, action: Action, source: &str, stamps: &Json) -> RecordOperation {
    let stamps = (!stamps.is_null()).then(|| Stamps::read(stamps).unwrap());
    let (source, duplicates) = ((!source.is_empty()).then(|| id(source)), Duplicates::Ignore);
    RecordOperation {
        object: object.to_owned(),
        action,
        label: None,
        duplicates,
        source,
        stamps,
        prepared: None,
    }
}

fn create(record: &Json) -> Action {
    Action::Create { input: Arc::new(map(record)) }
}

fn upsert(by: &Json, record: &Json) -> Action {
    let (by, input) = (Arc::new(map(by)), Arc::new(map(record)));
    Action::Upsert { by, input, expect: Expect::Anything }
}

fn one(world: &mut World, operation: RecordOperation) -> Result<RecordReply, Faults> {
    match world.submit(Work::Records { operations: vec![operation], mode: Mode::Atomic })? {
        Reply::Records(mut results) => results.remove(0),
        _ => panic!("no records"),
    }
}

#[test]
fn the_same_source_id_is_the_same_record() {
    let mut world = crm();
    let ada = json!({"name": "Ada"});
    let made = one(&mut world, sourced("contact", create(&ada), "1", &Json::Null)).unwrap();
    assert_eq!(made.disposition, Disposition::Created);
    assert_eq!(world.kinds(), ["record.created contact", "record.created id_map"]);
    let again = one(&mut world, sourced("contact", create(&ada), "1", &Json::Null)).unwrap();
    assert_eq!((again.disposition, again.id), (Disposition::Unchanged, made.id));
    let changed =
        one(&mut world, sourced("contact", upsert(&json!({}), &json!({"name": "A"})), "1", &Json::Null));
    assert_eq!(changed.unwrap().disposition, Disposition::Updated);
    assert_eq!(world.kinds(), ["record.updated contact"]);
    // Two of one batch.
    let two = (0..2).map(|_| sourced("contact", create(&ada), "2", &Json::Null)).collect();
    world.submit(Work::Records { operations: two, mode: Mode::Atomic }).unwrap();
    assert_eq!((world.rows_of("contact").len(), world.rows_of("id_map").len()), (2, 2));
    // Of another object, it is refused.
    let refused = one(&mut world, sourced("deal", create(&ada), "1", &Json::Null)).unwrap_err();
    assert_eq!(told(&refused), ["invalid_value /source"]);
}

#[test]
fn what_is_there_under_a_key_gets_the_source_id() {
    let mut world = crm();
    let ada = world.make("contact", json!({"name": "Ada", "email": "ada@example.com"}));
    let by = json!({"email": "ada@example.com"});
    let found =
        one(&mut world, sourced("contact", upsert(&by, &json!({"name": "Ada L."})), "1", &Json::Null));
    assert_eq!(found.unwrap().disposition, Disposition::Updated);
    assert_eq!(world.get("contact", &ada)["name"], "Ada L.");
    // From now on the source id goes before the key.
    let other = upsert(&json!({"email": "else@example.com"}), &json!({"email": "else@example.com"}));
    one(&mut world, sourced("contact", other, "1", &Json::Null)).unwrap();
    assert_eq!(world.get("contact", &ada)["email"], "else@example.com");
    assert_eq!(world.rows_of("contact").len(), 1);
}

#[test]
fn records_are_named_by_their_source_id() {
    let mut world = crm();
    let ada = one(&mut world, sourced("contact", create(&json!({"name": "Ada"})), "1", &Json::Null)).unwrap();
    let by = json!({"$source": id("1").to_json()});
    let deal = world.create("deal", json!({ "contact": by })).unwrap();
    let ada_id = crate::id::format_typeid(&ada.object.prefix, ada.id.0);
    assert_eq!(deal["contact"], json!(ada_id));
    let none = json!({"$source": id("9").to_json(), "$else": null});
    assert_eq!(world.create("deal", json!({ "contact": none })).unwrap()["contact"], Json::Null);
    // A record of another object than the field refers to.
    one(&mut world, sourced("deal", create(&json!({"name": "D"})), "5", &Json::Null)).unwrap();
    let wrong = json!({"$source": id("5").to_json()});
    let refused = world.create("deal", json!({ "contact": wrong })).unwrap_err();
    assert_eq!(told(&refused), ["invalid_type /record/contact"]);
    let target = Target::Source(id("1"));
    let input: Input = Arc::new(map(&json!({"name": "Ada L."})));
    let update = sourced("contact", Action::Update { target, input, expect: None }, "", &Json::Null);
    assert_eq!(one(&mut world, update).unwrap().id, ada.id);
    assert_eq!(world.get("contact", &ada_id)["name"], "Ada L.");
    // It goes with its record, and comes back with it.
    world.delete("contact", &ada_id).unwrap();
    assert_eq!(world.rows_of("id_map").len(), 1);
    world.restore("contact", &ada_id).unwrap();
    let again = one(&mut world, sourced("contact", create(&json!({"name": "Ada L."})), "1", &Json::Null));
    assert_eq!(again.unwrap().disposition, Disposition::Unchanged);
}

#[test]
fn a_merged_record_is_found_by_both_source_ids() {
    let mut world = crm();
    let make = |world: &mut World, source: &str| {
        let made =
            one(world, sourced("contact", create(&json!({"name": source})), source, &Json::Null)).unwrap();
        crate::id::format_typeid(&made.object.prefix, made.id.0)
    };
    let (into, from) = (make(&mut world, "1"), make(&mut world, "2"));
    world.merge("contact", &into, &from).unwrap();
    let again =
        one(&mut world, sourced("contact", create(&json!({"name": "two"})), "2", &Json::Null)).unwrap();
    assert_eq!(again.disposition, Disposition::Updated);
    assert_eq!(world.get("contact", &into)["name"], "two");
    assert_eq!((world.rows_of("contact").len(), world.rows_of("id_map").len()), (1, 2));
}

#[test]
fn a_record_has_the_times_and_authors_of_its_source() {
    let mut world = crm();
    let author = json!({"system": "old", "object": "User", "id": "7"});
    let stamps = json!({
        "created_at": "2019-04-01T09:30:00Z", "updated_at": "2020-01-01T00:00:00Z",
        "created_by": author, "updated_by": "system",
    });
    let made = one(&mut world, sourced("contact", create(&json!({"name": "Ada"})), "1", &stamps)).unwrap();
    let row = made.row.unwrap();
    assert_eq!(row.created_at.to_string(), "2019-04-01T09:30:00.000000Z");
    assert_eq!(row.updated_at.to_string(), "2020-01-01T00:00:00.000000Z");
    let user = SourceId::read(&author).unwrap().user();
    assert_eq!(
        (row.created_by.to_string(), row.updated_by.to_string()),
        (user.to_string(), "system".to_owned())
    );
    assert_eq!(row.owner, row.created_by);
    let other = world.make("contact", json!({"name": "later"}));
    assert!(crate::id::format_typeid("contact", row.id.0) < other, "ids are in order of creation");
    assert_eq!(
        world
            .rows_of("id_map")
            .values()
            .filter(|row| row.values.contains(&crate::value::Value::Text(user.to_string().into())))
            .count(),
        1
    );
    // Later news of the source is heeded, older is not.
    let contact = |name: &str| upsert(&json!({}), &json!({ "name": name }));
    let news = json!({"updated_at": "2021-01-01T00:00:00Z"});
    let newer = one(&mut world, sourced("contact", contact("B"), "1", &news)).unwrap().row.unwrap();
    assert_eq!(newer.updated_at.to_string(), "2021-01-01T00:00:00.000000Z");
    let older = one(&mut world, sourced("contact", contact("C"), "1", &stamps)).unwrap().row.unwrap();
    assert!(
        older.updated_at > newer.updated_at
            && older.updated_at > world.now.min(older.updated_at).min(newer.updated_at)
    );
    assert_eq!(older.created_at, row.created_at);
    // Nothing else being new, nothing is.
    let same = one(&mut world, sourced("contact", contact("C"), "1", &news)).unwrap();
    assert_eq!(same.disposition, Disposition::Unchanged);
}

#[test]
fn refuses_times_that_cannot_be() {
    let mut world = crm();
    for (stamps, wanted) in [
        (json!({"created_at": "2999-01-01T00:00:00Z"}), "invalid_value /stamps/created_at"),
        (json!({"created_at": "1969-12-31T23:59:59Z"}), "invalid_value /stamps/created_at"),
        (
            json!({"created_at": "2019-01-01T00:00:00Z", "updated_at": "2018-01-01T00:00:00Z"}),
            "invalid_value /stamps/updated_at",
        ),
        (json!({"updated_at": "2018-01-01T00:00:00Z"}), "required /stamps/created_at"),
    ] {
        let refused = one(&mut world, sourced("contact", create(&json!({})), "1", &stamps)).unwrap_err();
        assert_eq!(told(&refused), [wanted], "{stamps}");
    }
    let delete = Action::Delete { target: Target::Source(id("1")), expect: None };
    let refused = one(&mut world, sourced("contact", delete, "1", &Json::Null)).unwrap_err();
    assert_eq!(told(&refused), ["invalid_value /source"]);
}

#[test]
fn an_author_may_be_a_record_of_the_same_source() {
    let mut world = crm();
    let stamps = json!({"created_at": "2019-01-01T00:00:00Z", "created_by": id("1").to_json()});
    let made = one(&mut world, sourced("contact", create(&json!({"name": "me"})), "1", &stamps)).unwrap();
    assert_eq!(made.row.unwrap().created_by.to_string(), id("1").user().to_string());
    assert_eq!(world.rows_of("id_map").len(), 1);
    // Whom somebody has said an author is, that author is.
    let other = json!({"created_at": "2019-01-01T00:00:00Z", "created_by": id("2").to_json()});
    let known = id("3").user().to_string();
    world
        .create(
            "id_map",
            json!({"system": "old", "source_object": "Contact", "source_id": "2", "actor": known}),
        )
        .unwrap();
    let made = one(&mut world, sourced("contact", create(&json!({"name": "x"})), "4", &other)).unwrap();
    assert_eq!(made.row.unwrap().created_by.to_string(), known);
}

#[test]
fn an_object_of_that_name_that_is_something_else_is_no_id_map() {
    let mut world = World::of(&[
        json!({"name": "contact", "fields": [{"name": "name", "type": "text"}]}),
        json!({"name": "id_map", "fields": [{"name": "system", "type": "text"}]}),
    ]);
    let refused = one(&mut world, sourced("contact", create(&json!({})), "1", &Json::Null)).unwrap_err();
    assert_eq!(told(&refused), ["invalid_definition /source"]);
    assert!(refused[0].message.contains("it has no field `source_object`"), "{}", refused[0].message);
}
