//! Rules, decided.

use serde_json::json;

use super::world::{World, map, told};
use crate::schema::SchemaChange;

fn deals() -> World {
    World::of(&[json!({
        "name": "deal",
        "fields": [
            {"name": "stage", "type": "select", "options": ["open", "won", "lost"]},
            {"name": "close_date", "type": "date"},
            {"name": "amount", "type": "integer"},
            {"name": "is_large", "type": "boolean", "computed": "amount > 1000"},
        ],
        "rules": [
            {"name": "dated", "check": "stage != 'won' || close_date != null",
             "message": "a won deal has a close date", "field": "close_date"},
            {"name": "stays_won", "check": "old == null || old.stage != 'won' || stage == 'won'",
             "message": "a won deal stays won", "field": "stage"},
            {"name": "positive", "check": "amount > 0", "message": "an amount is positive"},
            {"name": "no_large_loss", "check": "!(is_large && stage == 'lost')", "message": "large deals are not lost"},
        ],
    })])
}

#[test]
fn refuses_what_breaks_a_rule() {
    let mut world = deals();
    let refused = world.create("deal", json!({"stage": "won", "amount": 0})).unwrap_err();
    assert_eq!(told(&refused), ["rule_violated /record/close_date", "rule_violated /record"]);
    assert_eq!(refused[0].message, "a won deal has a close date");
    assert_eq!(refused[0].hint.as_deref(), Some("rule `dated`"));
    let refused = world.create("deal", json!({"stage": "lost", "amount": 1001})).unwrap_err();
    assert_eq!(refused[0].message, "large deals are not lost");
    // Null passes.
    let deal = world.make("deal", json!({"stage": "open"}));
    world.patch("deal", &deal, json!({"stage": "won", "close_date": "2026-11-23"})).unwrap();
    let refused = world.patch("deal", &deal, json!({"stage": "open"})).unwrap_err();
    assert_eq!(told(&refused), ["rule_violated /record/stage"]);
    world.delete("deal", &deal).unwrap();
    world.restore("deal", &deal).unwrap();
}

#[test]
fn changes_and_drops_rules() {
    let mut world = deals();
    let rule = |name: &str| ("deal".to_owned(), name.to_owned());
    let (object, name) = rule("positive");
    let patch = map(&json!({"check": "amount > 10"}));
    world.change(SchemaChange::UpdateRule { object, rule: name, patch }).unwrap();
    world.create("deal", json!({"amount": 5})).unwrap_err();
    let (object, name) = rule("positive");
    world.change(SchemaChange::DropRule { object, rule: name }).unwrap();
    world.make("deal", json!({"amount": -5}));
    let wrong = [
        (json!({"name": "x", "check": "amount", "message": "m"}), "/check"),
        (json!({"name": "x", "check": "amont > 0", "message": "m"}), "/check"),
        (json!({"name": "dated", "check": "amount > 0", "message": "m"}), "/name"),
        (json!({"name": "x", "check": "amount > 0"}), "/message"),
        (json!({"name": "x", "check": "amount > 0", "message": "m", "field": "y"}), "/field"),
        (json!({"name": "x", "chek": "amount > 0", "message": "m"}), "/chek"),
    ];
    for (rule, pointer) in wrong {
        let change = SchemaChange::CreateRule { object: "deal".to_owned(), rule: map(&rule) };
        let refused = world.change(change).unwrap_err();
        assert_eq!(refused[0].pointer, pointer, "{rule}: {refused:?}");
    }
}
