//! What fields are used for, by whom, and that plans say so.

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use crate::plan::{document, plan, reach, without};

each_db!(
    counts_what_fields_are_used_for,
    counts_earlier_names,
    tells_tokens_apart,
    keeps_counts_when_the_server_stops,
    plans_say_whom_they_concern,
);

async fn start(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    tenant
}

async fn uses(tenant: &Tenant, field: &str) -> Vec<(String, i64)> {
    let path = format!("/v1/schema/objects/deal/fields/{field}/usage");
    let usage = tenant.caller().get(&path).ok().await;
    let kind = |each: &Json| (each["kind"].as_str().unwrap().to_owned(), each["uses"].as_i64().unwrap());
    usage["uses"].as_array().unwrap().iter().map(kind).collect()
}

fn is(uses: &[(String, i64)], kind: &str) -> i64 {
    uses.iter().filter(|(other, _)| other == kind).map(|(_, uses)| uses).sum()
}

async fn counts_what_fields_are_used_for(server: Server) {
    let tenant = start(&server).await;
    let id = tenant.make("deal", json!({"title": "One", "amount": 1})).await;
    tenant.patch("deal", &id, json!({"amount": 2})).ok().await;
    tenant.upsert("deal", "title", "Two", json!({"amount": 3})).created().await;
    tenant.get("deal", &id).ok().await;
    tenant.list("deal").query("amount", 2).ok().await;
    tenant.list("deal").query("is_null", "fax").ok().await;
    let amount = uses(&tenant, "amount").await;
    assert_eq!((is(&amount, "write"), is(&amount, "filter"), is(&amount, "read")), (3, 1, 3), "{amount:?}");
    let fax = uses(&tenant, "fax").await;
    assert_eq!((is(&fax, "write"), is(&fax, "filter")), (0, 1), "{fax:?}");
    tenant.caller().get("/v1/schema/objects/deal/fields/fix/usage").await.expect_problem(404, "not_found");
}

async fn counts_earlier_names(server: Server) {
    let tenant = start(&server).await;
    tenant.patch_field("deal", "amount", json!({"name": "worth"})).ok().await;
    tenant.make("deal", json!({"title": "One", "amount": 1})).await;
    tenant.make("deal", json!({"title": "Two", "worth": 1})).await;
    let path = "/v1/schema/objects/deal/fields/worth/usage";
    let usage = tenant.caller().get(path).ok().await;
    let aliases: Vec<&Json> =
        usage["uses"].as_array().unwrap().iter().filter(|each| each["kind"] == "alias").collect();
    assert_eq!(aliases.len(), 1, "{usage}");
    assert_eq!((&aliases[0]["alias"], &aliases[0]["uses"]), (&json!("amount"), &json!(1)));
    assert_eq!(is(&uses(&tenant, "worth").await, "write"), 2);
}

async fn tells_tokens_apart(server: Server) {
    let tenant = start(&server).await;
    let made = tenant.caller().post("/v1/tokens", &json!({"name": "nightly import"})).created().await;
    let import = tenant.with_token(made["token"].as_str().unwrap());
    import.make("deal", json!({"title": "One", "amount": 1})).await;
    let usage = tenant.caller().get("/v1/schema/objects/deal/fields/amount/usage").ok().await;
    let write = usage["uses"].as_array().unwrap().iter().find(|each| each["kind"] == "write").unwrap();
    assert_eq!((&write["token"], &write["token_name"]), (&made["id"], &json!("nightly import")));
}

async fn keeps_counts_when_the_server_stops(server: Server) {
    let tenant = start(&server).await;
    tenant.make("deal", json!({"title": "One", "amount": 1})).await;
    server.stop().await;
    server.start_again().await;
    assert_eq!(is(&uses(&tenant, "amount").await, "write"), 1);
    tenant.make("deal", json!({"title": "Two", "amount": 1})).await;
    assert_eq!(is(&uses(&tenant, "amount").await, "write"), 2);
}

async fn plans_say_whom_they_concern(server: Server) {
    let tenant = start(&server).await;
    tenant.make("deal", json!({"title": "One", "fax": "+4930901820"})).await;
    let planned = plan(&tenant, &json!({"document": without(document(), "fax")})).ok().await;
    let uses = planned["steps"][0]["uses"].as_array().unwrap();
    let write = uses.iter().find(|each| each["kind"] == "write").unwrap();
    assert_eq!(write["uses"], json!(1));
    assert!(write["last_at"].is_string() && write["token"].is_string(), "{write}");
    // What nobody has used concerns nobody.
    let planned = plan(&tenant, &json!({"document": without(document(), "amount")})).ok().await;
    assert_eq!(planned["steps"][0]["uses"], json!([]));
}
