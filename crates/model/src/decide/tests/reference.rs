//! References that name their record by what it has.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy as _, prop_oneof, proptest};
use serde_json::{Value as Json, json};

use super::world::{World, map, told};
use crate::decide::{RecordReply, Reply};
use crate::fault::Faults;
use crate::operation::{Action, Duplicates, Expect, Mode, RecordOperation, Target, Work};

fn crm() -> World {
    World::of(&[
        json!({
            "name": "company",
            "fields": [
                {"name": "name", "type": "text", "required": true},
                {"name": "domain", "type": "text"},
                {"name": "number", "type": "auto_number"},
            ],
            "keys": [
                {"name": "by_domain", "fields": ["domain"], "unique": true, "case_insensitive": true},
                {"name": "by_number", "fields": ["number"], "unique": true},
            ],
        }),
        json!({
            "name": "team",
            "fields": [{"name": "name", "type": "text", "required": true, "unique": true}],
        }),
        json!({
            "name": "seat",
            "fields": [
                {"name": "team", "type": "reference", "to": ["team"]},
                {"name": "number", "type": "integer"},
                {"name": "held_by", "type": "reference", "to": ["company", "team"]},
                {"name": "label", "type": "text"},
            ],
            "keys": [{"name": "place", "fields": ["team", "number"], "unique": true}],
        }),
    ])
}

fn operation(object: &str, action: Action) -> RecordOperation {
    let (source, stamps) = (None, None);
    let duplicates = Duplicates::Ignore;
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

fn creation(object: &str, record: &Json) -> RecordOperation {
    operation(object, Action::Create { input: Arc::new(map(record)) })
}

fn batch(
    world: &mut World,
    operations: Vec<RecordOperation>,
    mode: Mode,
) -> Result<Vec<Result<RecordReply, Faults>>, Faults> {
    match world.submit(Work::Records { operations, mode })? {
        Reply::Records(results) => Ok(results),
        _ => panic!("no records"),
    }
}

#[test]
fn finds_a_record_by_a_unique_key_in_any_case() {
    let mut world = crm();
    let acme = world.make("company", json!({"name": "Acme", "domain": "Acme.example"}));
    let red = world.make("team", json!({"name": "red"}));
    let by = json!({"$by": {"domain": "ACME.EXAMPLE"}, "$object": "company"});
    let seat = world.create("seat", json!({"held_by": by, "team": {"$by": {"name": "red"}}})).unwrap();
    assert_eq!((&seat["held_by"], &seat["team"]), (&json!(acme), &json!(red)));
    let id = seat["id"].as_str().unwrap();
    let by = json!({"$by": {"name": "red"}, "$object": "team"});
    assert_eq!(world.patch("seat", id, json!({"held_by": by})).unwrap()["held_by"], json!(red));
    // By what only Kith gives, too.
    let by = json!({"$by": {"number": "1"}, "$object": "company"});
    assert_eq!(world.patch("seat", id, json!({"held_by": by})).unwrap()["held_by"], json!(acme));
}

#[test]
fn says_what_is_wrong_with_a_reference_by_key() {
    let mut world = crm();
    for (held_by, wanted) in [
        (json!({"$by": {"domain": "x"}}), "required /record/held_by/$object"),
        (json!({"$by": {"domain": "x"}, "$object": "compny"}), "not_found /record/held_by/$object"),
        (json!({"$by": {"label": "x"}, "$object": "seat"}), "invalid_type /record/held_by/$object"),
        (json!({"$by": {"name": "x"}, "$object": "company"}), "invalid_value /record/held_by/$by"),
        (json!({"$by": {"domian": "x"}, "$object": "company"}), "unknown_field /record/held_by/$by/domian"),
        (json!({"$by": {"domain": 7}, "$object": "company"}), "invalid_type /record/held_by/$by/domain"),
        (json!({"$by": {"domain": null}, "$object": "company"}), "invalid_value /record/held_by/$by/domain"),
        (json!({"$by": 7, "$object": "company"}), "invalid_type /record/held_by/$by"),
        (json!({"$by": {}, "$object": "company"}), "invalid_value /record/held_by/$by"),
        (
            json!({"$by": {"domain": "x"}, "$object": "company", "$els": null}),
            "unknown_member /record/held_by/$els",
        ),
        (
            json!({"$by": {"domain": "x"}, "$object": "company", "$else": "make"}),
            "invalid_value /record/held_by/$else",
        ),
        (
            json!({"$by": {"number": "9"}, "$object": "company", "$else": "create"}),
            "invalid_value /record/held_by/$else",
        ),
        (json!({"$source": {"system": "s", "object": "o"}}), "required /record/held_by/$source/id"),
        (
            json!({"$source": {"system": "s", "object": "o", "id": "1"}, "$else": "create"}),
            "invalid_value /record/held_by/$else",
        ),
        (
            json!({"$source": {"system": "s", "object": "o", "id": "1"}}),
            "reference_not_found /record/held_by",
        ),
        (json!({"$by": {"domain": "x"}, "$object": "company"}), "reference_not_found /record/held_by"),
        // What is made must be whole.
        (
            json!({"$by": {"domain": "x"}, "$object": "company", "$else": "create"}),
            "required /record/held_by",
        ),
    ] {
        let refused = world.create("seat", json!({"held_by": held_by})).unwrap_err();
        assert_eq!(told(&refused), [wanted], "{held_by}");
    }
    let by = json!({"$by": {"nme": "x"}});
    let refused = world.create("seat", json!({"team": by, "numbr": 1})).unwrap_err();
    assert_eq!(told(&refused), ["unknown_field /record/team/$by/nme", "unknown_field /record/numbr"]);
    assert_eq!(refused[0].hint.as_deref(), Some("did you mean `name`?"));
    let refused = world.create("seat", json!({"team": {"$by": {"name": "x", "id": "y"}}})).unwrap_err();
    assert_eq!(refused[0].pointer, "/operations/0/record/team/$by/id");
    assert!(world.rows_of("seat").is_empty() && world.rows_of("company").is_empty());
    let refused = world.create("seat", json!({"held_by": {"$by": {"name": "x"}, "$object": "company"}}));
    let hint = refused.unwrap_err()[0].hint.clone();
    assert_eq!(hint.as_deref(), Some("it has unique keys over `domain`, over `number`"));
}

#[test]
fn takes_null_or_makes_what_is_not_there() {
    let mut world = crm();
    let none = json!({"team": {"$by": {"name": "red"}, "$else": null}, "label": "a"});
    assert_eq!(world.create("seat", none).unwrap()["team"], Json::Null);
    let make = json!({"$by": {"name": "red"}, "$else": "create"});
    let seats: Vec<_> = (0..3).map(|_| creation("seat", &json!({ "team": make }))).collect();
    batch(&mut world, seats, Mode::Atomic).unwrap();
    let teams = world.rows_of("team");
    assert_eq!(teams.len(), 1);
    assert_eq!(world.kinds()[..2], ["record.created team", "record.created seat"]);
    // It is there now.
    world.create("seat", json!({ "team": make })).unwrap();
    assert_eq!(world.rows_of("team"), teams);
    assert_eq!(world.rows_of("seat").len(), 5);
}

#[test]
fn what_is_made_for_a_refused_operation_is_undone() {
    let mut world = crm();
    let make = json!({"$by": {"name": "red"}, "$else": "create"});
    world.create("seat", json!({"team": make, "number": 1})).unwrap();
    let taken = |team: &str| {
        let team = json!({"$by": {"name": team}, "$else": "create"});
        creation("seat", &json!({"team": team, "number": 1}))
    };
    let results = batch(&mut world, vec![taken("red"), taken("blue")], Mode::Independent).unwrap();
    assert_eq!(told(results[0].as_ref().unwrap_err()), ["not_unique /record/team"]);
    assert!(results[1].is_ok());
    let two = vec![taken("green"), taken("blue")];
    batch(&mut world, two, Mode::Atomic).unwrap_err();
    let names: Vec<_> =
        world.rows_of("team").into_values().map(|row| format!("{:?}", row.values[0])).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn an_upsert_finds_its_record_by_a_reference_by_key() {
    let mut world = crm();
    let upsert = |team: Json, label: &str| {
        let by = Arc::new(map(&json!({"team": team, "number": 4})));
        let input = Arc::new(map(&json!({ "label": label })));
        operation("seat", Action::Upsert { by, input, expect: Expect::Anything })
    };
    let make = json!({"$by": {"name": "red"}, "$else": "create"});
    let twice = vec![upsert(make.clone(), "a"), upsert(make, "b")];
    let replies = batch(&mut world, twice, Mode::Atomic).unwrap();
    let ids: Vec<_> = replies.iter().map(|reply| reply.as_ref().unwrap().id).collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!((world.rows_of("team").len(), world.rows_of("seat").len()), (1, 1));
    for (team, wanted) in [
        (json!({"$by": {"name": "blue"}}), "reference_not_found /by/team"),
        (json!({"$by": {"name": "blue"}, "$else": null}), "invalid_value /by/team"),
        (json!({"$by": {"nome": "blue"}}), "unknown_field /by/team/$by/nome"),
    ] {
        let refused = batch(&mut world, vec![upsert(team, "c")], Mode::Atomic).unwrap_err();
        assert_eq!(told(&refused), [wanted]);
    }
}

#[test]
fn an_operation_names_its_record_by_a_label_of_one_that_was_found() {
    let mut world = crm();
    let seat = world.make("seat", json!({"label": "a"}));
    let target = Target::Source(crate::source::SourceId::new("s", "o", "1").unwrap());
    let input = Arc::new(map(&json!({"label": "b"})));
    let update = operation("seat", Action::Update { target, input, expect: None });
    let refused = batch(&mut world, vec![update], Mode::Atomic).unwrap_err();
    assert_eq!(told(&refused), ["not_found /id"]);
    assert_eq!(world.get("seat", &seat)["label"], "a");
}

proptest! {
    /// However operations are cut into batches, there is one team of each name, and every
    /// seat is in the team of the name that it was given.
    #[test]
    fn one_record_is_made_of_each_key(names in vec((prop_oneof![Just("a"), Just("b"), Just("c")]
        .prop_map(str::to_owned), 1_usize..5), 1..30))
    {
        let mut world = crm();
        let mut rest = names.as_slice();
        while let Some((_, size)) = rest.first() {
            let (now, later) = rest.split_at((*size).min(rest.len()));
            let seat = |(name, _): &(String, usize)| {
                creation("seat", &json!({"team": {"$by": {"name": name}, "$else": "create"}, "label": name}))
            };
            batch(&mut world, now.iter().map(seat).collect(), Mode::Atomic).unwrap();
            rest = later;
        }
        let teams = world.rows_of("team");
        let mut wanted: Vec<&String> = names.iter().map(|(name, _)| name).collect();
        wanted.sort();
        wanted.dedup();
        assert_eq!(teams.len(), wanted.len());
        for seat in world.rows_of("seat").values() {
            let team = &teams[&seat.values[0].link().unwrap().id];
            assert_eq!(team.values[0], seat.values[3]);
        }
    }
}
