//! From one random schema to another and another, with records in them: what is shown is
//! what was wanted, and no value is lost on the way, there or back.

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Map, Value as Json, json};

use crate::dice::{Dice, setting};
use crate::plan::{plan, reach};
use crate::report::report;

each_db!(keeps_data_through_random_schemas);

const STEPS: usize = 14;
const RECORDS: usize = 5;

/// Fields that an object may have, each with a value for the nth record.
fn fields(number: usize) -> Vec<(Json, Json)> {
    vec![
        (json!({"name": "title", "type": "text"}), json!(format!("Title {number}"))),
        (json!({"name": "amount", "type": "integer"}), json!(number)),
        (json!({"name": "stage", "type": "select", "options": ["new", "won"]}), json!("won")),
        (json!({"name": "due", "type": "date"}), json!("2026-11-23")),
        (json!({"name": "code", "type": "text", "unique": true}), json!(format!("code-{number}"))),
        (json!({"name": "price", "type": "decimal"}), json!(format!("{number}.10"))),
    ]
}

const OBJECTS: [&str; 3] = ["company", "contact", "deal"];

/// Objects of which each has some of the fields, and roll-ups and references among them.
fn schema(dice: &mut Dice) -> Json {
    let mut objects = Vec::new();
    for (index, name) in OBJECTS.iter().enumerate() {
        let mut own: Vec<Json> =
            fields(0).into_iter().filter(|_| dice.below(10) < 7).map(|(field, _)| field).collect();
        if index > 0 && dice.below(2) == 0 {
            own.push(json!({"name": "parent", "type": "reference", "to": [OBJECTS[index - 1]]}));
        }
        let has_amount = own.iter().any(|field| field["name"] == "amount");
        if has_amount && dice.below(2) == 0 {
            own.push(json!({"name": "double", "type": "integer", "computed": "amount * 2", "stored": true}));
        }
        if index == 0 || dice.below(5) > 0 {
            objects.push(json!({"name": name, "fields": own}));
        } else {
            break;
        }
    }
    json!({"objects": objects})
}

async fn keeps_data_through_random_schemas(server: Server) {
    let seed = setting("KITH_SEED", 2026);
    report(&format!("{:?}: seed {seed}", server.database().engine()));
    let mut dice = Dice::new(seed);
    let tenant = server.tenant().await;
    let all: Vec<Json> = fields(0).into_iter().map(|(field, _)| field).collect();
    let objects: Vec<Json> = OBJECTS.iter().map(|name| json!({"name": name, "fields": all})).collect();
    reach(&tenant, json!({"document": {"objects": objects}})).await;
    let mut ids = Vec::new();
    for object in OBJECTS {
        for number in 0..RECORDS {
            let values = fields(number)
                .into_iter()
                .map(|(field, value)| (field["name"].as_str().unwrap().to_owned(), value));
            let record = Json::Object(values.collect::<Map<_, _>>());
            ids.push((object, number, tenant.make(object, record).await));
        }
    }
    for step in 0..STEPS {
        let wanted = schema(&mut dice);
        reach(&tenant, json!({"document": wanted})).await;
        let again = plan(&tenant, &json!({"document": wanted})).ok().await;
        assert_eq!(again["steps"], json!([]), "step {step} of seed {seed}: {wanted}");
        check(&tenant, &wanted, &ids).await;
    }
    // And all the way back.
    reach(&tenant, json!({"version": 1})).await;
    check(&tenant, &json!({"objects": objects}), &ids).await;
    tenant.verify().await;
}

/// Every field that is wanted has the values it was given.
async fn check(tenant: &Tenant, wanted: &Json, ids: &[(&str, usize, String)]) {
    for (object, number, id) in ids {
        let shown = wanted["objects"].as_array().unwrap().iter().find(|each| each["name"] == **object);
        let Some(shown) = shown else {
            tenant.get(object, id).await.expect_status(404);
            continue;
        };
        let record = tenant.get(object, id).ok().await;
        let is_shown =
            |name: &Json| shown["fields"].as_array().unwrap().iter().any(|field| field["name"] == *name);
        for (field, value) in fields(*number) {
            let name = &field["name"];
            let found = record.get(name.as_str().unwrap());
            assert_eq!(found, is_shown(name).then_some(&value), "{object} {name}: {wanted}");
        }
        if is_shown(&json!("double")) {
            assert_eq!(record["double"], json!(number * 2), "{wanted}");
        }
    }
}
