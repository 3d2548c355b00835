//! Plans: what changing the schema would do, before anything is done.

use kith_testing::{Call, Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use crate::tasks::make_many;

each_db!(
    plans_without_changing_anything,
    says_what_each_step_does,
    says_what_would_break,
    points_at_what_is_wrong,
    needs_one_place_to_go,
    plans_nothing_for_what_is_so_already,
    plans_a_template,
    compares_two_versions,
);

/// Asks for the plan of a body.
#[track_caller]
pub(crate) fn plan(tenant: &Tenant, body: &Json) -> Call {
    tenant.caller().post("/v1/schema/plan", body)
}

/// Two objects that refer to each other's records.
pub(crate) fn document() -> Json {
    json!({"objects": [
        {"name": "company", "fields": [
            {"name": "name", "type": "text", "required": true},
            {"name": "deals", "type": "rollup", "function": "count", "from": "deal", "via": "company"},
        ]},
        {"name": "deal", "fields": [
            {"name": "title", "type": "text", "unique": true},
            {"name": "amount", "type": "integer"},
            {"name": "fax", "type": "phone"},
            {"name": "company", "type": "reference", "to": ["company"]},
        ]},
    ]})
}

/// A document less a field of its second object.
pub(crate) fn without(mut document: Json, field: &str) -> Json {
    let fields = document["objects"][1]["fields"].as_array_mut().unwrap();
    fields.retain(|each| each["name"] != field);
    document
}

/// Plans and applies; the answer.
pub(crate) async fn reach(tenant: &Tenant, mut body: Json) -> Json {
    let plan = plan(tenant, &body).ok().await;
    let accepts = plan["steps"].as_array().unwrap().iter().filter_map(|step| step.get("accept").cloned());
    body["accept"] = accepts.collect();
    body["plan"] = plan["id"].clone();
    tenant.caller().post("/v1/schema/apply", &body).ok().await
}

fn actions(plan: &Json) -> Vec<&str> {
    plan["steps"].as_array().unwrap().iter().map(|step| step["action"].as_str().unwrap()).collect()
}

async fn plans_without_changing_anything(server: Server) {
    let tenant = server.tenant().await;
    let mark = tenant.mark().await;
    let body = json!({"document": document()});
    let planned = plan(&tenant, &body).ok().await;
    assert_eq!(actions(&planned), ["object.create", "object.create", "field.create"]);
    assert_eq!((&planned["version"], &planned["destructive"]), (&json!(0), &json!(false)));
    assert_eq!(plan(&tenant, &body).ok().await, planned, "a plan is the same plan again");
    tenant.expect_changes(mark, &[]).await;
    assert_eq!(tenant.schema().ok().await["objects"], json!([]));
}

async fn says_what_each_step_does(server: Server) {
    let tenant = server.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    make_many(&tenant, "deal", 1_200, |number| json!({"title": format!("{number}"), "amount": number})).await;
    let mut wanted = without(document(), "fax");
    wanted["objects"][1]["fields"][1] = json!({"name": "amount", "type": "integer", "required": true});
    wanted["objects"][1]["fields"].as_array_mut().unwrap().push(json!(
        {"name": "double", "type": "integer", "computed": "amount * 2", "stored": true, "indexed": true}
    ));
    let planned = plan(&tenant, &json!({"document": wanted})).ok().await;
    assert_eq!(actions(&planned), ["field.update", "field.create", "key.create", "field.remove"]);
    let steps = planned["steps"].as_array().unwrap();
    let runs: Vec<&str> = steps.iter().map(|step| step["runs"].as_str().unwrap()).collect();
    assert_eq!(runs, ["check", "backfill", "index", "instant"]);
    for step in steps {
        assert_eq!(step["records"], json!(1_200), "{step}");
        for member in ["summary", "effect", "locks"] {
            assert!(step[member].as_str().is_some_and(|text| !text.is_empty()), "{step}");
        }
        assert!(step["estimated_seconds"].is_i64(), "{step}");
    }
    assert_eq!((&steps[3]["destructive"], &steps[3]["accept"]), (&json!(true), &json!("deal.fax")));
    assert_eq!(planned["destructive"], json!(true));
    assert_eq!(planned["rates"]["check"]["from"], "assumed");
}

async fn says_what_would_break(server: Server) {
    let tenant = server.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    let mut wanted = without(document(), "fax");
    wanted["objects"][1]["fields"][0] = json!({"name": "title", "type": "text"});
    let planned = plan(&tenant, &json!({"document": wanted})).ok().await;
    let breaks = |action: &str| {
        let step = planned["steps"].as_array().unwrap().iter().find(|step| step["action"] == action);
        step.unwrap()["breaks"].to_string()
    };
    assert!(breaks("key.drop").contains("cannot be upserted by `title`"), "{planned}");
    assert!(breaks("field.remove").contains("`stream`") || breaks("field.remove").contains("\"stream\""));
    assert!(breaks("field.remove").contains("records of `deal` have no member `fax`"));
}

async fn points_at_what_is_wrong(server: Server) {
    let tenant = server.tenant().await;
    let mut wanted = document();
    wanted["objects"][0]["fields"][0]["typ"] = json!("text");
    wanted["objects"][1]["fields"][3]["to"] = json!(["compnay"]);
    let refused = plan(&tenant, &json!({"document": wanted})).await.expect_status(422);
    refused.expect_fault("unknown_member", "/document/objects/0/fields/0/typ");
    let refused = plan(&tenant, &json!({"document": wanted})).await;
    refused.expect_fault("invalid_definition", "/document/objects/1/fields/3/to/0");
    reach(&tenant, json!({"document": document()})).await;
    let mut wanted = document();
    wanted["objects"][1]["fields"][1]["type"] = json!("boolean");
    let refused = plan(&tenant, &json!({"document": wanted})).await;
    let hint = refused.faults()[0]["hint"].as_str().unwrap_or_default().to_owned();
    assert!(hint.contains("`integer` can become `decimal`"), "{hint}");
    plan(&tenant, &json!({"document": {"objects": {}}})).await.expect_problem(422, "invalid_type");
}

async fn needs_one_place_to_go(server: Server) {
    let tenant = server.tenant().await;
    plan(&tenant, &json!({})).await.expect_status(422);
    plan(&tenant, &json!({"version": 0, "template": "crm"})).await.expect_status(422);
    plan(&tenant, &json!({"version": 7})).await.expect_problem(404, "not_found");
    plan(&tenant, &json!({"template": "cmr"})).await.expect_problem(404, "not_found");
    let apply = json!({"version": 0, "plan": "plan of mine"});
    tenant.caller().post("/v1/schema/apply", &apply).await.expect_fault("invalid_value", "/plan");
}

async fn plans_nothing_for_what_is_so_already(server: Server) {
    let tenant = server.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    let whole = tenant.schema().ok().await;
    for wanted in [document(), whole] {
        let planned = plan(&tenant, &json!({"document": wanted})).ok().await;
        assert_eq!(planned["steps"], json!([]), "{planned}");
    }
}

async fn plans_a_template(server: Server) {
    let tenant = server.tenant().await;
    let own = json!({"document": {"objects": [{"name": "own", "fields": [{"name": "x", "type": "text"}]}]}});
    reach(&tenant, own).await;
    reach(&tenant, json!({"template": "crm"})).await;
    let names: Vec<Json> = tenant.schema().ok().await["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["name"].clone())
        .collect();
    assert!(names.contains(&json!("own")) && names.contains(&json!("company")), "{names:?}");
    let again = plan(&tenant, &json!({"template": "crm"})).ok().await;
    assert_eq!(again["steps"], json!([]), "{again}");
}

async fn compares_two_versions(server: Server) {
    let tenant = server.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    tenant.patch_field("deal", "title", json!({"name": "name"})).ok().await;
    tenant.drop_field("deal", "fax").done().await;
    let compare =
        |from: i64, to: i64| tenant.caller().get("/v1/schema/compare").query("from", from).query("to", to);
    let forth = compare(1, 3).ok().await;
    assert_eq!(actions(&forth), ["field.rename", "field.remove"]);
    assert_eq!(forth["objects"][0]["change"], "changed");
    let back = compare(3, 1).ok().await;
    assert_eq!(actions(&back), ["field.rename", "field.restore"]);
    assert_eq!(actions(&compare(2, 2).ok().await), Vec::<&str>::new());
    compare(1, 99).await.expect_problem(404, "not_found");
    tenant.caller().get("/v1/schema/compare").await.expect_fault("invalid_parameter", "/from");
}
