//! Fields of records that exist, filled.

use serde_json::json;

use super::world::World;

#[test]
fn fills_new_computed_fields_and_what_they_feed() {
    let company = json!({"name": "company", "fields": [{"name": "industry", "type": "text"}]});
    let deal = json!({
        "name": "deal",
        "fields": [
            {"name": "company", "type": "reference", "to": ["company"]},
            {"name": "amount", "type": "integer"},
        ],
    });
    let mut world = World::of(&[company, deal]);
    let acme = world.make("company", json!({"industry": "steel"}));
    let deal = world.make("deal", json!({"company": acme, "amount": 21}));
    world
        .add_field(
            "deal",
            &json!({"name": "double", "type": "integer", "computed": "amount * 2", "stored": true}),
        )
        .unwrap();
    assert_eq!(world.get("deal", &deal)["double"], 42);
    assert_eq!(world.get("deal", &deal)["version"], 1);
    assert!(world.kinds().contains(&"record.derived deal".to_owned()), "{:?}", world.kinds());
    world
        .add_field(
            "deal",
            &json!({"name": "sector", "type": "text", "computed": "company.industry", "stored": true}),
        )
        .unwrap();
    assert_eq!(world.get("deal", &deal)["sector"], "steel");
    // Another record changes: the value follows when it is asked to.
    world.patch("company", &acme, json!({"industry": "paper"})).unwrap();
    assert_eq!(world.get("deal", &deal)["sector"], "steel");
    world.fill("deal", &["sector", "double"]).unwrap();
    assert_eq!(world.kinds(), ["record.derived deal"]);
    assert_eq!(world.get("deal", &deal)["sector"], "paper");
    world.changes.clear();
    world.fill("deal", &["sector", "double"]).unwrap();
    assert_eq!(world.kinds(), [""; 0], "nothing differs any more");
}
