//! Records as they were, told from what they are and what came after.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::world::World;
use crate::id::{RecordId, format_typeid};
use crate::journal::Change;
use crate::record::{Past, Row, Undo, render_record};

/// What a random writer does: which deed, to which record, with what.
type Deed = (u8, usize, u16);

fn world() -> World {
    let company = json!({
        "name": "company",
        "fields": [
            {"name": "name", "type": "text"},
            {"name": "size", "type": "integer"},
            {"name": "parent", "type": "reference", "to": ["company"], "on_delete": "clear"},
        ],
    });
    let deal = json!({
        "name": "deal",
        "fields": [
            {"name": "company", "type": "reference", "to": ["company"], "on_delete": "cascade"},
            {"name": "amount", "type": "decimal", "precision": 12},
        ],
    });
    let mut world = World::of(&[company, deal]);
    for rollup in [
        json!({"name": "deals", "type": "rollup", "function": "count", "from": "deal", "via": "company"}),
        json!({"name": "volume", "type": "rollup", "function": "sum", "from": "deal", "via": "company", "of": "amount"}),
    ] {
        world.add_field("company", &rollup).unwrap();
    }
    let rating = json!({"name": "rating", "type": "text", "stored": true, "computed": "volume >= 900 ? 'large' : 'small'"});
    world.add_field("company", &rating).unwrap();
    world
}

/// One deed; those that are refused do nothing.
fn act(world: &mut World, known: &mut [Vec<String>; 2], (deed, which, with): Deed) {
    let object = usize::from(deed % 2);
    let name = ["company", "deal"][object];
    let one =
        |ids: &Vec<String>, salt: usize| (!ids.is_empty()).then(|| ids[(which + salt) % ids.len()].clone());
    let company = one(&known[0], usize::from(with));
    let record = match object {
        0 => json!({"size": with, "parent": if with % 3 == 0 { company } else { None }}),
        _ => json!({"amount": format!("{with}.10"), "company": company}),
    };
    world.changes.clear();
    let id = one(&known[object], 0);
    let done = match (deed / 2, id) {
        (0..=3, _) | (_, None) => {
            if let Ok(made) = world.create(name, record) {
                known[object].push(made["id"].as_str().unwrap().to_owned());
            }
            return;
        }
        (4..=6, Some(id)) => world.patch(name, &id, record),
        (7, Some(id)) => world.delete(name, &id),
        (8, Some(id)) => world.restore(name, &id),
        (_, Some(id)) => {
            let other = one(&known[object], 1).unwrap();
            world.merge(name, &id, &other)
        }
    };
    if done.is_err() {
        world.changes.clear();
    }
}

fn shown(world: &World, name: &str, rows: &BTreeMap<RecordId, Row>) -> BTreeMap<String, String> {
    let object = world.catalog.object_named(name).unwrap();
    let text = |row: &Row| {
        let mut text = String::new();
        render_record(object, row, &world.catalog, world.now, &mut text);
        text
    };
    rows.values().map(|row| (format_typeid(&object.prefix, row.id.0), text(row))).collect()
}

/// The records of an object before these changes.
fn undone(world: &World, name: &str, after: &[Change]) -> BTreeMap<RecordId, Row> {
    let object = world.catalog.object_named(name).unwrap();
    let mut rows = world.rows_of(name);
    let mut undos: BTreeMap<RecordId, Undo> = BTreeMap::new();
    for change in after.iter().filter(|change| change.object == Some(object.number)) {
        let undo = undos.entry(change.record.unwrap()).or_default();
        undo.take(change, object, &world.catalog).unwrap();
    }
    for (id, undo) in undos {
        match undo.apply(id, rows.remove(&id), object).unwrap() {
            Past::Live(row) => drop(rows.insert(id, *row)),
            Past::Absent => {}
            Past::Erased => panic!("nothing was purged"),
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_state_can_be_told_from_the_last(deeds in prop::collection::vec((0..20_u8, 0..50_usize, 0..1_000_u16), 1..60)) {
        let mut world = world();
        let mut known = [Vec::new(), Vec::new()];
        // What the records were after each deed, and where the journal stood then.
        let mut states = Vec::new();
        let mut journal: Vec<Change> = Vec::new();
        for deed in deeds {
            world.now.0 += 1_000_000;
            act(&mut world, &mut known, deed);
            journal.append(&mut world.changes);
            let rows = ["company", "deal"].map(|name| shown(&world, name, &world.rows_of(name)));
            states.push((journal.len(), rows));
        }
        for (at, rows) in states {
            for (name, rows) in ["company", "deal"].into_iter().zip(rows) {
                let told = undone(&world, name, &journal[at..]);
                prop_assert_eq!(shown(&world, name, &told), rows, "{} after {} changes", name, at);
            }
        }
    }
}
