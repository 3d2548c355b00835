//! Computed fields and stamps, decided.

use serde_json::{Value as Json, json};

use super::world::{World, told};
use crate::time::Timestamp;

fn person() -> Json {
    json!({
        "name": "person",
        "fields": [
            {"name": "first", "type": "text"},
            {"name": "last", "type": "text"},
            {"name": "full", "type": "text", "computed": "first + ' ' + last", "stored": true, "unique": true},
            {"name": "greeting", "type": "text", "computed": "'Dear ' + full"},
            {"name": "shout", "type": "text", "computed": "greeting + '!'"},
            {"name": "born", "type": "datetime"},
            {"name": "is_born", "type": "boolean", "computed": "born <= now()"},
            {"name": "renamed_at", "type": "datetime", "stamp": "last"},
        ],
    })
}

/// Deals of companies, whose roll-ups are computed over computed amounts.
fn crm() -> World {
    let company = json!({
        "name": "company",
        "fields": [{"name": "name", "type": "text"}, {"name": "industry", "type": "text"}],
    });
    let deal = json!({
        "name": "deal",
        "fields": [
            {"name": "company", "type": "reference", "to": ["company"], "on_delete": "clear"},
            {"name": "amount", "type": "decimal", "precision": 12},
            {"name": "probability", "type": "integer"},
            {"name": "weighted", "type": "decimal", "computed": "round(amount * probability / 100, 2)", "stored": true},
            {"name": "sector", "type": "text", "computed": "company.industry", "stored": true},
        ],
    });
    let mut world = World::of(&[company, deal]);
    let pipeline = json!({"name": "pipeline", "type": "rollup", "function": "sum", "from": "deal", "via": "company", "of": "weighted"});
    world.add_field("company", &pipeline).unwrap();
    let rating = json!({"name": "rating", "type": "text", "stored": true,
        "computed": "pipeline >= 1000 ? 'large' : 'small'"});
    world.add_field("company", &rating).unwrap();
    world
}

#[test]
fn computes_stored_and_virtual_fields() {
    let mut world = World::of(&[person()]);
    let id = world.make("person", json!({"first": "Ada", "last": "King"}));
    let ada = world.get("person", &id);
    assert_eq!(ada["full"], "Ada King");
    assert_eq!(ada["shout"], "Dear Ada King!");
    assert_eq!(ada["is_born"], Json::Null);
    assert_eq!(ada["renamed_at"], ada["created_at"]);
    let changed = world.patch("person", &id, json!({"last": "Lovelace"})).unwrap();
    assert_eq!((&changed["full"], &changed["version"]), (&json!("Ada Lovelace"), &json!(2)));
    assert_eq!(changed["renamed_at"], changed["updated_at"]);
    let diff: Json = serde_json::from_str(world.changes[0].diff.as_deref().unwrap()).unwrap();
    assert_eq!(diff["new"].as_object().unwrap().len(), 3, "last, full, renamed_at: {diff}");
    let same = world.patch("person", &id, json!({"born": "2027-01-01T00:00:00Z"})).unwrap();
    assert_eq!((&same["renamed_at"], &same["is_born"]), (&changed["renamed_at"], &json!(true)));
    world.now = Timestamp(0);
    assert_eq!(world.get("person", &id)["is_born"], false);
}

#[test]
fn keeps_computed_values_unique() {
    let mut world = World::of(&[person()]);
    world.make("person", json!({"first": "Ada", "last": "King"}));
    let refused = world.create("person", json!({"first": "Ada", "last": "King"})).unwrap_err();
    assert_eq!(told(&refused), ["not_unique /record/full"]);
    let refused = world.create("person", json!({"full": "x", "renamed_at": null})).unwrap_err();
    assert_eq!(told(&refused), ["read_only /record/full", "read_only /record/renamed_at"]);
}

#[test]
fn follows_through_roll_ups_within_the_transaction() {
    let mut world = crm();
    let company = world.make("company", json!({"name": "Acme", "industry": "steel"}));
    assert_eq!(world.get("company", &company)["rating"], "small");
    let deal = world.make("deal", json!({"company": company, "amount": "4000", "probability": 25}));
    assert_eq!(world.kinds(), ["record.created deal", "record.derived company"]);
    assert_eq!(world.get("deal", &deal)["weighted"], "1000.00");
    assert_eq!(world.get("deal", &deal)["sector"], "steel");
    let acme = world.get("company", &company);
    assert_eq!((&acme["pipeline"], &acme["rating"]), (&json!("1000.00"), &json!("large")));
    assert_eq!(acme["version"], 1);
    world.patch("deal", &deal, json!({"probability": 10})).unwrap();
    assert_eq!(world.get("company", &company)["rating"], "small");
    world.delete("company", &company).unwrap();
    assert_eq!(world.get("deal", &deal)["sector"], Json::Null, "its reference was cleared");
    world.restore("company", &company).unwrap();
    let acme = world.get("company", &company);
    assert_eq!((&acme["pipeline"], &acme["rating"]), (&json!("0.00"), &json!("small")));
}

#[test]
fn refuses_what_does_not_fit() {
    let mut world = crm();
    let refused =
        world.create("deal", json!({"amount": "9999999999.99", "probability": 9_000_000_000_000_i64}));
    assert_eq!(told(&refused.unwrap_err()), ["out_of_range /record/weighted"]);
}

#[test]
fn knows_what_follows_from_other_records() {
    let world = crm();
    let company = world.catalog.object_named("company").unwrap();
    let industry = company.field_named("industry").unwrap().number;
    let dependents = world.catalog.dependents(company.number, industry);
    let deal = world.catalog.object_named("deal").unwrap();
    assert_eq!(dependents.len(), 1);
    assert_eq!(dependents[0].object, deal.number);
    assert_eq!(dependents[0].field, deal.field_named("sector").unwrap().number);
    assert_eq!(*dependents[0].via, [deal.field_named("company").unwrap().number]);
}

#[test]
fn knows_every_reference_on_the_way() {
    let objects = [
        json!({"name": "country", "fields": [{"name": "code", "type": "text"}]}),
        json!({"name": "company", "fields": [{"name": "country", "type": "reference", "to": ["country"]}]}),
        json!({"name": "person", "fields": [{"name": "country", "type": "reference", "to": ["country"]}]}),
        json!({"name": "deal", "fields": [
            {"name": "with", "type": "reference", "to": ["company", "person"]},
            {"name": "code", "type": "text", "computed": "with.country.code", "stored": true},
        ]}),
    ];
    let mut world = World::of(&objects);
    let number = |object: &str, field: &str| {
        let object = world.catalog.object_named(object).unwrap();
        (object.number, object.field_named(field).unwrap().number)
    };
    let vias = |of: (crate::id::ObjectNo, crate::id::FieldNo)| {
        world.catalog.dependents(of.0, of.1).iter().map(|found| found.via.to_vec()).collect::<Vec<_>>()
    };
    let (with, company, person) =
        (number("deal", "with").1, number("company", "country"), number("person", "country"));
    assert_eq!(vias(company), [vec![with]]);
    assert_eq!(vias(person), [vec![with]]);
    let mut ways = vias(number("country", "code"));
    ways.sort();
    assert_eq!(ways, [vec![with, company.1], vec![with, person.1]]);
    let country = world.make("country", json!({"code": "DE"}));
    let person = world.make("person", json!({"country": country}));
    let deal = world.make("deal", json!({"with": person}));
    assert_eq!(world.get("deal", &deal)["code"], "DE");
}

#[test]
fn refuses_writes_where_an_expression_is_broken() {
    let mut world = crm();
    let company = world.make("company", json!({"name": "Acme"}));
    let mut definition = world.catalog.object_named("company").unwrap().definition().clone();
    for field in definition.fields.iter_mut().filter(|field| field.name == "rating") {
        field.computed.as_mut().unwrap().expression = "nothing +".to_owned();
    }
    let version = world.catalog.version();
    world.catalog = std::sync::Arc::new(world.catalog.with(version, [definition]));
    let refused = world.patch("company", &company, json!({"name": "Acme Ltd"})).unwrap_err();
    assert_eq!(told(&refused), ["invalid_expression "]);
    assert!(refused[0].message.contains("`rating` of `company`"), "{}", refused[0].message);
    assert_eq!(world.get("company", &company)["name"], "Acme", "it can be read");
}

#[test]
fn refuses_cycles_by_name() {
    let mut world = crm();
    let cycle = json!({"name": "share", "type": "decimal", "computed": "company.pipeline", "stored": true});
    world.add_field("deal", &cycle).unwrap();
    let wanted = json!({"name": "shares", "type": "rollup", "function": "sum", "from": "deal", "via": "company", "of": "share"});
    world.add_field("company", &wanted).unwrap();
    let own = json!({
        "name": "loop",
        "fields": [
            {"name": "a", "type": "integer", "computed": "b + 1"},
            {"name": "b", "type": "integer", "computed": "a + 1"},
        ],
    });
    let refused =
        world.change(crate::schema::SchemaChange::CreateObject(super::world::map(&own))).unwrap_err();
    assert_eq!(
        told(&refused),
        ["invalid_expression /fields/0/computed", "invalid_expression /fields/1/computed"]
    );
    assert!(refused[0].message.contains("`a` → `b` → `a`"), "{}", refused[0].message);
    let patch =
        super::world::map(&json!({"computed": "round(amount * probability / 100, 2) + company.shares"}));
    let (object, field) = ("deal".to_owned(), "weighted".to_owned());
    let refused =
        world.change(crate::schema::SchemaChange::UpdateField { object, field, patch }).unwrap_err();
    assert_eq!(told(&refused), ["invalid_expression /computed"]);
    let way = "`deal.weighted` → `company.shares` → `deal.share` → `company.pipeline` → `deal.weighted`";
    assert!(refused[0].message.contains(way), "{}", refused[0].message);
}

#[test]
fn refuses_wrong_definitions() {
    let mut world = crm();
    let wrong = [
        (json!({"name": "x", "type": "integer", "computed": "amount"}), "/computed"),
        (json!({"name": "x", "type": "decimal", "computed": "amont"}), "/computed"),
        (json!({"name": "x", "type": "date", "computed": "today()", "stored": true}), "/computed"),
        (json!({"name": "x", "type": "text", "computed": "company.industry"}), "/computed"),
        (json!({"name": "x", "type": "integer", "computed": "company.version", "stored": true}), "/computed"),
        (json!({"name": "x", "type": "text", "computed": "sector", "required": true}), "/required"),
        (json!({"name": "x", "type": "text", "computed": "sector", "default": "x"}), "/default"),
        (json!({"name": "x", "type": "text", "computed": "sector", "unique": true}), "/unique"),
        (json!({"name": "x", "type": "text", "stored": true}), "/stored"),
        (json!({"name": "x", "type": "select", "options": ["a"], "computed": "sector"}), "/computed"),
        (json!({"name": "x", "type": "datetime", "stamp": "weighted"}), "/stamp"),
        (json!({"name": "x", "type": "datetime", "stamp": "nothing"}), "/stamp"),
        (json!({"name": "x", "type": "text", "computed": "sector", "stored": true, "unique": true}), ""),
    ];
    for (field, pointer) in wrong {
        let refused = world.add_field("deal", &field).unwrap_err();
        assert_eq!(refused[0].pointer, pointer, "{field}: {refused:?}");
    }
}
