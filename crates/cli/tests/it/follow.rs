//! Computed fields over other records, which follow them.

use std::time::{Duration, Instant};

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::tasks::{all, make_many};

each_db!(
    follows_a_record_that_is_referred_to,
    follows_through_two_references,
    follows_a_chain_of_computed_fields,
    follows_what_happened_while_it_was_stopped,
    follows_many_records,
    writes_nothing_where_nothing_differs,
    shows_how_far_behind_it_is,
);

async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    let group = object("group").field(field::text("region"));
    tenant.define(group).await;
    let company = object("company")
        .field(field::text("industry"))
        .field(field::reference("group", &["group"]).on_delete("clear"));
    tenant.define(company).await;
    let contact = object("contact")
        .field(field::text("name"))
        .field(field::reference("company", &["company"]).on_delete("clear"))
        .field(stored("industry", "company.industry"))
        .field(stored("region", "company.group.region"));
    tenant.define(contact).await;
    tenant
}

fn stored(name: &str, expression: &str) -> field::Field {
    field::text(name).set("computed", json!(expression)).set("stored", json!(true))
}

/// Waits until nothing is behind.
async fn settle(tenant: &Tenant) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let path = "/v1/schema/objects/contact/fields/industry";
    loop {
        let behind = tenant.caller().get(path).ok().await["lag"]["behind"].clone();
        if behind == json!(0) {
            return;
        }
        assert!(Instant::now() < deadline, "it stays behind by {behind}");
        tokio::task::yield_now().await;
    }
}

async fn expect(tenant: &Tenant, id: &str, field: &str, value: Json) {
    settle(tenant).await;
    assert_eq!(tenant.get("contact", id).ok().await[field], value);
}

async fn follows_a_record_that_is_referred_to(server: Server) {
    let tenant = tenant(&server).await;
    let acme = tenant.make("company", json!({"industry": "steel"})).await;
    let ada = tenant.create("contact", json!({"name": "Ada", "company": acme})).created().await;
    assert_eq!(ada["industry"], json!("steel"), "known at once, as its own write reads it");
    let ada = ada["id"].as_str().unwrap();
    tenant.patch("company", &acme, json!({"industry": "glass"})).ok().await;
    expect(&tenant, ada, "industry", json!("glass")).await;
    let record = tenant.get("contact", ada).ok().await;
    assert_eq!(record["version"], json!(1));
    tenant.patch("company", &acme, json!({"industry": null})).ok().await;
    expect(&tenant, ada, "industry", Json::Null).await;
    let history = tenant.history("contact", ada).ok().await;
    let kinds: Vec<&str> =
        history["data"].as_array().unwrap().iter().map(|change| change["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "record.derived").count(), 2, "{kinds:?}");
}

async fn follows_through_two_references(server: Server) {
    let tenant = tenant(&server).await;
    let group = tenant.make("group", json!({"region": "north"})).await;
    let acme = tenant.make("company", json!({"group": group})).await;
    let ada = tenant.make("contact", json!({"company": acme})).await;
    expect(&tenant, &ada, "region", json!("north")).await;
    tenant.patch("group", &group, json!({"region": "south"})).ok().await;
    expect(&tenant, &ada, "region", json!("south")).await;
    let other = tenant.make("group", json!({"region": "east"})).await;
    tenant.patch("company", &acme, json!({"group": other})).ok().await;
    expect(&tenant, &ada, "region", json!("east")).await;
}

async fn follows_a_chain_of_computed_fields(server: Server) {
    let tenant = tenant(&server).await;
    tenant
        .define(
            object("note")
                .field(field::reference("contact", &["contact"]))
                .field(stored("industry", "contact.industry")),
        )
        .await;
    let acme = tenant.make("company", json!({"industry": "steel"})).await;
    let ada = tenant.make("contact", json!({"company": acme})).await;
    let note = tenant.make("note", json!({"contact": ada})).await;
    tenant.patch("company", &acme, json!({"industry": "glass"})).ok().await;
    expect(&tenant, &ada, "industry", json!("glass")).await;
    settle(&tenant).await;
    assert_eq!(tenant.get("note", &note).ok().await["industry"], json!("glass"));
}

async fn follows_what_happened_while_it_was_stopped(server: Server) {
    let tenant = tenant(&server).await;
    let acme = tenant.make("company", json!({"industry": "steel"})).await;
    let ada = tenant.make("contact", json!({"company": acme})).await;
    settle(&tenant).await;
    tenant.patch("company", &acme, json!({"industry": "glass"})).ok().await;
    server.stop().await;
    server.start_again().await;
    expect(&tenant, &ada, "industry", json!("glass")).await;
}

async fn follows_many_records(server: Server) {
    let tenant = tenant(&server).await;
    let acme = tenant.make("company", json!({"industry": "steel"})).await;
    make_many(&tenant, "contact", 2_300, |number| json!({"name": number.to_string(), "company": acme})).await;
    tenant.patch("company", &acme, json!({"industry": "glass"})).ok().await;
    settle(&tenant).await;
    for contact in all(&tenant, "contact").await {
        assert_eq!(contact["industry"], json!("glass"), "{contact}");
    }
}

async fn writes_nothing_where_nothing_differs(server: Server) {
    let tenant = tenant(&server).await;
    let acme = tenant.make("company", json!({"industry": "steel"})).await;
    tenant.make("contact", json!({"company": acme})).await;
    settle(&tenant).await;
    let mark = tenant.mark().await;
    tenant.patch("company", &acme, json!({"industry": "glass"})).ok().await;
    tenant.patch("company", &acme, json!({"industry": "wood"})).ok().await;
    settle(&tenant).await;
    tokio::task::yield_now().await;
    settle(&tenant).await;
    let derived = tenant.transactions(mark).await.len() - 2;
    assert!((1..=2).contains(&derived), "{derived} transactions followed two");
}

async fn shows_how_far_behind_it_is(server: Server) {
    let tenant = tenant(&server).await;
    settle(&tenant).await;
    let field = tenant.caller().get("/v1/schema/objects/contact/fields/industry").ok().await;
    assert_eq!(field["lag"]["position"], json!(tenant.mark().await));
    let plain = tenant.caller().get("/v1/schema/objects/contact/fields/name").ok().await;
    assert_eq!(plain["lag"], Json::Null);
}
