//! Rules: what must be true of each record that is written.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::json;

each_db!(
    refuses_what_breaks_a_rule,
    looks_at_the_record_before,
    checks_every_way_to_write,
    reads_other_records,
    leaves_records_that_exist,
    adds_changes_and_drops_rules,
    refuses_wrong_rules,
);

async fn deals(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("company").field(field::boolean("is_blocked"))).await;
    let deal = object("deal")
        .field(field::reference("company", &["company"]).on_delete("clear"))
        .field(field::select("stage", &["open", "won", "lost"]))
        .field(field::date("close_date"))
        .field(field::integer("amount"))
        .field(field::email("contact").unique())
        .set(
            "rules",
            json!([
                {"name": "dated", "check": "stage != 'won' || close_date != null",
                 "message": "a won deal has a close date", "field": "close_date"},
                {"name": "stays_won", "check": "old.stage != 'won' || stage == 'won'",
                 "message": "a won deal stays won", "field": "stage"},
                {"name": "positive", "check": "amount > 0", "message": "an amount is positive"},
                {"name": "open_company", "check": "company.is_blocked != true",
                 "message": "the company is blocked", "field": "company"},
            ]),
        );
    tenant.define(deal).await;
    tenant
}

async fn refuses_what_breaks_a_rule(server: Server) {
    let tenant = deals(&server).await;
    let mark = tenant.mark().await;
    let refused = tenant.create("deal", json!({"stage": "won", "amount": 0})).await;
    let refused = refused.expect_problem(422, "rule_violated").expect_fault("rule_violated", "/close_date");
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 2, "every rule that is broken is told: {errors}");
    assert_eq!(errors[0]["detail"], "a won deal has a close date");
    assert_eq!(errors[0]["hint"], "rule `dated`");
    assert_eq!(errors[1]["detail"], "an amount is positive");
    tenant.expect_changes(mark, &[]).await;
    // Null passes.
    tenant.make("deal", json!({})).await;
    tenant.make("deal", json!({"stage": "won", "close_date": "2026-11-23", "amount": 1})).await;
}

async fn looks_at_the_record_before(server: Server) {
    let tenant = deals(&server).await;
    let deal = tenant.make("deal", json!({"stage": "open"})).await;
    tenant.patch("deal", &deal, json!({"stage": "won", "close_date": "2026-11-23"})).ok().await;
    let refused = tenant.patch("deal", &deal, json!({"stage": "lost"})).await;
    refused.expect_problem(422, "rule_violated").expect_fault("rule_violated", "/stage");
    tenant.patch("deal", &deal, json!({"amount": 5})).ok().await;
}

async fn checks_every_way_to_write(server: Server) {
    let tenant = deals(&server).await;
    let wrong = json!({"amount": -1});
    tenant
        .upsert("deal", "contact", "a@example.org", wrong.clone())
        .await
        .expect_problem(422, "rule_violated");
    let operations = json!([
        {"op": "create", "object": "deal", "record": {"amount": 1}},
        {"op": "create", "object": "deal", "record": wrong},
    ]);
    let refused = tenant.batch(operations.clone()).await;
    refused.expect_problem(422, "rule_violated").expect_fault("rule_violated", "/operations/1/record");
    let done = tenant.batch_independent(operations).ok().await;
    assert_eq!((&done["results"][0]["status"], &done["results"][1]["status"]), (&json!(201), &json!(422)));
    let deal = done["results"][0]["id"].as_str().unwrap();
    tenant.delete("deal", deal).done().await;
    let rules = "/v1/schema/objects/deal/rules";
    let large = json!({"name": "large", "check": "amount > 10", "message": "an amount is large"});
    tenant.caller().post(rules, &large).created().await;
    tenant.restore("deal", deal).await.expect_problem(422, "rule_violated");
    tenant.caller().delete(&format!("{rules}/large")).done().await;
    tenant.restore("deal", deal).ok().await;
}

async fn reads_other_records(server: Server) {
    let tenant = deals(&server).await;
    let blocked = tenant.make("company", json!({"is_blocked": true})).await;
    let refused = tenant.create("deal", json!({"company": blocked})).await;
    refused.expect_problem(422, "rule_violated").expect_fault("rule_violated", "/company");
    tenant.patch("company", &blocked, json!({"is_blocked": false})).ok().await;
    let deal = tenant.make("deal", json!({"company": blocked})).await;
    // A deletion that would break a rule elsewhere is refused, and says where.
    let rule = json!({"name": "has_company", "check": "company != null || old == null", "message": "it keeps its company"});
    tenant.caller().post("/v1/schema/objects/deal/rules", &rule).created().await;
    let refused = tenant.delete("company", &blocked).await;
    let refused = refused.expect_problem(422, "rule_violated");
    assert_eq!(refused.json()["errors"][0]["records"], json!([deal]));
}

async fn leaves_records_that_exist(server: Server) {
    let tenant = deals(&server).await;
    let deal = tenant.make("deal", json!({"amount": 5})).await;
    let rule =
        json!({"name": "large", "check": "amount > 10", "message": "an amount is large", "field": "amount"});
    tenant.caller().post("/v1/schema/objects/deal/rules", &rule).created().await;
    assert_eq!(tenant.get("deal", &deal).ok().await["amount"], 5);
    tenant.patch("deal", &deal, json!({"stage": "open"})).await.expect_problem(422, "rule_violated");
    tenant.patch("deal", &deal, json!({"stage": "open", "amount": 11})).ok().await;
}

async fn adds_changes_and_drops_rules(server: Server) {
    let tenant = deals(&server).await;
    let (rules, positive) = ("/v1/schema/objects/deal/rules", "/v1/schema/objects/deal/rules/positive");
    let mark = tenant.mark().await;
    let patch = json!({"check": "amount >= 0", "message": "an amount is not negative", "field": "amount"});
    let changed = tenant.caller().patch(positive, &patch).ok().await;
    let wanted = json!({"name": "positive", "check": "amount >= 0", "message": "an amount is not negative", "field": "amount"});
    assert_eq!(changed, wanted);
    tenant.caller().patch(positive, &patch).ok().await;
    tenant.make("deal", json!({"amount": 0})).await;
    tenant.caller().delete(positive).done().await;
    tenant.caller().delete(positive).await.expect_problem(404, "not_found");
    tenant.make("deal", json!({"amount": -1})).await;
    let made = tenant.caller().post(rules, &wanted).created().await;
    assert_eq!(made, wanted);
    let kinds = [
        "schema.changed deal",
        "record.created deal",
        "schema.changed deal",
        "record.created deal",
        "schema.changed deal",
    ];
    tenant.expect_changes(mark, &kinds).await;
    let names: Vec<String> = tenant.object("deal").ok().await["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["dated", "stays_won", "open_company", "positive"]);
    let refused = tenant.drop_field("deal", "close_date").await;
    refused.expect_problem(409, "referenced");
}

async fn refuses_wrong_rules(server: Server) {
    let tenant = deals(&server).await;
    let rules = "/v1/schema/objects/deal/rules";
    for (rule, code, pointer) in [
        (json!({"name": "x", "check": "amount", "message": "m"}), "invalid_expression", "/check"),
        (json!({"name": "x", "check": "amont > 0", "message": "m"}), "invalid_expression", "/check"),
        (json!({"name": "dated", "check": "amount > 0", "message": "m"}), "already_exists", "/name"),
        (json!({"name": "X!", "check": "amount > 0", "message": "m"}), "invalid_name", "/name"),
        (json!({"name": "x", "check": "amount > 0"}), "required", "/message"),
        (json!({"name": "x", "message": "m"}), "required", "/check"),
        (
            json!({"name": "x", "check": "amount > 0", "message": "m", "field": "amont"}),
            "unknown_field",
            "/field",
        ),
        (
            json!({"name": "x", "check": "amount > 0", "message": "m", "when": "now"}),
            "unknown_member",
            "/when",
        ),
    ] {
        let refused = tenant.caller().post(rules, &rule).await;
        refused.expect_fault(code, pointer);
    }
}
