//! Roll-ups: exact at every position.

mod average;
mod chain;
mod contention;
mod extreme;
mod filter;

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    counts_and_sums,
    follows_every_kind_of_write,
    follows_a_cascade,
    computes_over_records_that_exist,
    changes_neither_version_nor_etag,
    counts_one_currency,
    refuses_a_sum_that_does_not_fit,
    sums_decimals,
    cannot_be_written,
    is_journaled_once_for_a_transaction,
    refuses_wrong_definitions,
);

async fn totals(tenant: &Tenant, company: &str) -> (Json, Json, Json) {
    let record = tenant.get("company", company).ok().await;
    (record["deals"].clone(), record["amount"]["amount"].clone(), record["seats"].clone())
}

/// Expects a company to have this many deals, worth so much, with so many seats.
async fn expect(tenant: &Tenant, company: &str, deals: i64, amount: &str, seats: &str) {
    assert_eq!(totals(tenant, company).await, (json!(deals), json!(amount), json!(seats)));
}

async fn counts_and_sums(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.create("company", json!({"name": "Acme"})).created().await;
    assert_eq!((&company["deals"], &company["seats"]), (&json!(0), &json!("0")));
    assert_eq!(company["amount"], crm::euros("0.00"));
    let company = company["id"].as_str().unwrap();
    tenant.make("deal", json!({"company": company, "amount": crm::euros("10.10"), "seats": 3})).await;
    tenant.make("deal", json!({"company": company, "amount": crm::euros("-0.30")})).await;
    tenant.make("deal", json!({"company": company, "seats": -1})).await;
    tenant.make("deal", json!({"amount": crm::euros("99.00"), "seats": 99})).await;
    expect(&tenant, company, 3, "9.80", "2").await;
}

async fn follows_every_kind_of_write(server: Server) {
    let tenant = crm::tenant(&server).await;
    let a = tenant.make("company", json!({"name": "A"})).await;
    let b = tenant.make("company", json!({"name": "B"})).await;
    let deal = tenant.make("deal", json!({"company": a, "amount": crm::euros("5.00"), "seats": 1})).await;
    tenant.patch("deal", &deal, json!({"amount": crm::euros("7.00")})).ok().await;
    expect(&tenant, &a, 1, "7.00", "1").await;
    tenant.patch("deal", &deal, json!({"company": b, "seats": 2})).ok().await;
    expect(&tenant, &a, 0, "0.00", "0").await;
    expect(&tenant, &b, 1, "7.00", "2").await;
    tenant.delete("deal", &deal).done().await;
    expect(&tenant, &b, 0, "0.00", "0").await;
    tenant.restore("deal", &deal).ok().await;
    expect(&tenant, &b, 1, "7.00", "2").await;
    tenant.patch("deal", &deal, json!({"company": null})).ok().await;
    expect(&tenant, &b, 0, "0.00", "0").await;
    tenant.patch("deal", &deal, json!({"company": b})).ok().await;
    tenant.purge("deal", &deal).done().await;
    expect(&tenant, &b, 0, "0.00", "0").await;
}

async fn follows_a_cascade(server: Server) {
    let tenant = crm::tenant(&server).await;
    let b = tenant.make("company", json!({"name": "B"})).await;
    let contact = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.make("deal", json!({"company": b, "contact": contact, "seats": 4})).await;
    assert_eq!(totals(&tenant, &b).await.2, "4");
    tenant.delete("contact", &contact).done().await;
    expect(&tenant, &b, 0, "0.00", "0").await;
    tenant.restore("contact", &contact).ok().await;
    expect(&tenant, &b, 1, "0.00", "4").await;
}

async fn computes_over_records_that_exist(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("company")).await;
    let deal = object("deal").field(field::reference("company", &["company"])).field(field::integer("seats"));
    tenant.define(deal).await;
    let mut companies = Vec::new();
    for seats in 1..=3 {
        let company = tenant.make("company", json!({})).await;
        for _ in 0..seats {
            tenant.make("deal", json!({"company": company, "seats": seats})).await;
        }
        companies.push(company);
    }
    let empty = tenant.make("company", json!({})).await;
    tenant.create_field("company", field::count("deals", "deal", "company")).created().await;
    tenant.create_field("company", field::sum("seats", "deal", "company", "seats")).created().await;
    for (company, n) in companies.iter().zip(1..) {
        let record = tenant.get("company", company).ok().await;
        assert_eq!((&record["deals"], &record["seats"]), (&json!(n), &json!((n * n).to_string())));
        assert_eq!(record["version"], 1);
    }
    let record = tenant.get("company", &empty).ok().await;
    assert_eq!((&record["deals"], &record["seats"]), (&json!(0), &json!("0")));
}

async fn changes_neither_version_nor_etag(server: Server) {
    let tenant = crm::tenant(&server).await;
    let before = tenant.create("company", json!({"name": "Acme"})).expect(201).await;
    let mark = tenant.mark().await;
    tenant.make("deal", json!({"company": before.id(), "seats": 1})).await;
    tenant.expect_changes(mark, &["record.created deal", "record.derived company"]).await;
    let after = tenant.get("company", &before.id()).expect(200).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    for member in ["version", "updated_at", "updated_by"] {
        assert_eq!(after.json()[member], before.json()[member], "{member}");
    }
    tenant.patch("company", &before.id(), json!({"name": "Acme Ltd"})).if_match(1).ok().await;
    // A write that moves no roll-up derives nothing.
    let mark = tenant.mark().await;
    tenant.make("deal", json!({"seats": 1})).await;
    tenant.expect_changes(mark, &["record.created deal"]).await;
}

async fn counts_one_currency(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let dollars = json!({"amount": "5.00", "currency": "USD"});
    let deal = tenant.make("deal", json!({"company": company, "amount": dollars})).await;
    assert_eq!(totals(&tenant, &company).await.1, "0.00");
    tenant.patch("deal", &deal, json!({"amount": crm::euros("5.00")})).ok().await;
    assert_eq!(totals(&tenant, &company).await.1, "5.00");
    tenant.patch("deal", &deal, json!({"amount": dollars})).ok().await;
    assert_eq!(totals(&tenant, &company).await.1, "0.00");
}

async fn refuses_a_sum_that_does_not_fit(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let most = crm::euros("9999999999999999.99");
    let deal = tenant.make("deal", json!({"company": company, "amount": most})).await;
    let mark = tenant.mark().await;
    let refused = tenant.create("deal", json!({"company": company, "amount": crm::euros("0.01")})).await;
    refused.expect_problem(422, "out_of_range");
    tenant.expect_changes(mark, &[]).await;
    assert_eq!(totals(&tenant, &company).await, (json!(1), most["amount"].clone(), json!("0")));
    tenant.patch("deal", &deal, json!({"amount": crm::euros("9999999999999999.98")})).ok().await;
    tenant.make("deal", json!({"company": company, "amount": crm::euros("0.01")})).await;
    assert_eq!(totals(&tenant, &company).await.1, most["amount"]);
}

async fn sums_decimals(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("order")).await;
    let line = object("line")
        .field(field::reference("order_of", &["order"]).on_delete("cascade"))
        .field(field::decimal("weight", 9, 3));
    tenant.define(line).await;
    tenant.create_field("order", field::sum("weight", "line", "order_of", "weight")).created().await;
    let order = tenant.make("order", json!({})).await;
    for weight in ["0.001", "0.002", "1000.000"] {
        tenant.make("line", json!({"order_of": order, "weight": weight})).await;
    }
    assert_eq!(tenant.get("order", &order).ok().await["weight"], "1000.003");
    tenant.delete("order", &order).done().await;
    tenant.restore("order", &order).ok().await;
    assert_eq!(tenant.get("order", &order).ok().await["weight"], "1000.003");
}

async fn cannot_be_written(server: Server) {
    let tenant = crm::tenant(&server).await;
    let refused = tenant.create("company", json!({"name": "Acme", "deals": 5})).await;
    refused.expect_problem(422, "read_only").expect_fault("read_only", "/deals");
}

async fn is_journaled_once_for_a_transaction(server: Server) {
    let tenant = crm::tenant(&server).await;
    let a = tenant.make("company", json!({"name": "A"})).await;
    let b = tenant.make("company", json!({"name": "B"})).await;
    let mark = tenant.mark().await;
    let operations = json!([
        {"op": "create", "object": "deal", "as": "x", "record": {"company": a, "seats": 1}},
        {"op": "create", "object": "deal", "record": {"company": b, "seats": 2}},
        {"op": "update", "object": "deal", "id": {"$ref": "x"}, "record": {"seats": 5}},
        {"op": "update", "object": "company", "id": a, "record": {"name": "AA"}},
    ]);
    let answer = tenant.batch(operations).ok().await;
    assert_eq!(answer["results"][3]["record"]["seats"], "5", "an answer shows what is committed with it");
    let kinds = [
        "record.created deal",
        "record.created deal",
        "record.updated deal",
        "record.updated company",
        "record.derived company",
        "record.derived company",
    ];
    tenant.expect_changes(mark, &kinds).await;
}

async fn refuses_wrong_definitions(server: Server) {
    let tenant = crm::tenant(&server).await;
    for wrong in [
        field::count("x", "nothing", "company"),
        field::count("x", "deal", "title"),
        field::count("x", "deal", "contact"),
        field::sum("x", "deal", "company", "title"),
        field::sum("x", "deal", "company", "nothing"),
        field::sum("x", "deal", "company", "amount"),
        field::count("x", "deal", "company").set("function", json!("median")),
        field::count("x", "deal", "company").required(),
        field::count("x", "deal", "company").default(json!(1)),
        field::count("x", "deal", "company").set("of", json!("seats")),
    ] {
        tenant.create_field("company", wrong).await.expect_status(422);
    }
}
