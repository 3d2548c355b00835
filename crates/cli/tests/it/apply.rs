//! Applying plans: exactly what was seen, whole or not at all, and back again.

mod crash;
mod walk;

use kith_testing::{Call, Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use crate::plan::{document, plan, reach, without};

each_db!(
    makes_one_version_of_all_steps,
    applies_only_what_was_seen,
    lets_one_of_two_people_win,
    destroys_only_what_was_accepted,
    answers_again_under_the_same_key,
    goes_back_with_the_data,
    goes_back_before_a_rename,
    undoes_all_when_a_step_is_refused,
    goes_on_while_records_are_loaded,
);

#[track_caller]
fn apply(tenant: &Tenant, body: &Json, plan: &Json, accept: &[&str]) -> Call {
    let mut body = body.clone();
    body["plan"] = plan["id"].clone();
    body["accept"] = json!(accept);
    tenant.caller().post("/v1/schema/apply", &body)
}

async fn start(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    tenant
}

async fn makes_one_version_of_all_steps(server: Server) {
    let tenant = server.tenant().await;
    let mark = tenant.mark().await;
    let applied = reach(&tenant, json!({"document": document()})).await;
    assert_eq!(applied, json!({"version": 1, "steps": 3, "tasks": []}));
    let made = ["schema.changed company", "schema.changed deal", "schema.changed company"];
    tenant.expect_changes(mark, &made).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    tenant.make("deal", json!({"title": "One", "company": company})).await;
    assert_eq!(tenant.get("company", &company).ok().await["deals"], 1);
}

async fn applies_only_what_was_seen(server: Server) {
    let tenant = start(&server).await;
    let body = json!({"document": without(document(), "fax")});
    let seen = plan(&tenant, &body).ok().await;
    // Another document under the plan's id.
    let other = json!({"document": without(document(), "amount")});
    apply(&tenant, &other, &seen, &["deal.amount"]).await.expect_problem(409, "plan_outdated");
    // Somebody changes the schema meanwhile.
    tenant.patch_object("deal", json!({"label": "Opportunity"})).ok().await;
    apply(&tenant, &body, &seen, &["deal.fax"]).await.expect_problem(409, "plan_outdated");
    assert!(tenant.object("deal").ok().await.to_string().contains("fax"));
}

async fn lets_one_of_two_people_win(server: Server) {
    let tenant = start(&server).await;
    let bodies = ["fax", "amount"].map(|field| (field, json!({"document": without(document(), field)})));
    let mut calls = Vec::new();
    for (field, body) in &bodies {
        let seen = plan(&tenant, body).ok().await;
        calls.push(apply(&tenant, body, &seen, &[&format!("deal.{field}")]));
    }
    let (first, second) = (calls.remove(0), calls.remove(0));
    let (first, second) = tokio::join!(first.into_future(), second.into_future());
    let mut statuses = [first.status(), second.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(tenant.schema().ok().await["version"], json!(2));
}

async fn destroys_only_what_was_accepted(server: Server) {
    let tenant = start(&server).await;
    let mut no_deal = document();
    no_deal["objects"].as_array_mut().unwrap().pop();
    no_deal["objects"][0]["fields"].as_array_mut().unwrap().pop();
    let ways = [(without(document(), "fax"), vec!["deal.fax"]), (no_deal, vec!["company.deals", "deal"])];
    for (wanted, names) in ways {
        let body = json!({"document": wanted});
        let seen = plan(&tenant, &body).ok().await;
        assert_eq!(seen["destructive"], json!(true));
        let refused = apply(&tenant, &body, &seen, &[]).await.expect_problem(409, "not_accepted");
        assert_eq!(refused.faults().len(), names.len(), "{:?}", refused.faults());
        let refused = apply(&tenant, &body, &seen, &["deal.fix"]).await;
        refused.expect_fault("invalid_value", "/accept/0");
        let before = tenant.schema().ok().await["version"].as_i64().unwrap();
        apply(&tenant, &body, &seen, &names).ok().await;
        reach(&tenant, json!({"version": before})).await;
    }
}

async fn answers_again_under_the_same_key(server: Server) {
    let tenant = start(&server).await;
    let body = json!({"document": without(document(), "fax")});
    let seen = plan(&tenant, &body).ok().await;
    let send = || apply(&tenant, &body, &seen, &["deal.fax"]).idempotency_key("release-7");
    let first = send().expect(200).await;
    let again = send().expect(200).await;
    assert!(again.is_replayed() && !first.is_replayed());
    assert_eq!(first.json(), again.json());
    // Without the key it is what it is: outdated.
    apply(&tenant, &body, &seen, &["deal.fax"]).await.expect_problem(409, "plan_outdated");
}

async fn goes_back_with_the_data(server: Server) {
    let tenant = start(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let deal = json!({"title": "One", "fax": "+4930901820", "company": company});
    let deal = tenant.make("deal", deal).await;
    reach(&tenant, json!({"document": {"objects": []}})).await;
    tenant.get("deal", &deal).await.expect_status(404);
    let back = reach(&tenant, json!({"version": 1})).await;
    assert_eq!(back["version"], json!(3));
    assert_eq!(tenant.get("deal", &deal).ok().await["fax"], "+4930901820");
    assert_eq!(tenant.get("company", &company).ok().await["deals"], 1);
    let planned = plan(&tenant, &json!({"document": document()})).ok().await;
    assert_eq!(planned["steps"], json!([]));
}

async fn goes_back_before_a_rename(server: Server) {
    let tenant = start(&server).await;
    let deal = tenant.make("deal", json!({"title": "One", "amount": 7})).await;
    let mut wanted = document();
    wanted["objects"][1]["fields"][1] = json!({"name": "worth", "was": "amount", "type": "integer"});
    reach(&tenant, json!({"document": wanted})).await;
    assert_eq!(tenant.get("deal", &deal).ok().await["worth"], 7);
    reach(&tenant, json!({"version": 1})).await;
    assert_eq!(tenant.get("deal", &deal).ok().await["amount"], 7);
}

async fn undoes_all_when_a_step_is_refused(server: Server) {
    let tenant = start(&server).await;
    tenant.make("deal", json!({"title": "One"})).await;
    let mut wanted = document();
    wanted["objects"][0]["fields"].as_array_mut().unwrap().push(json!({"name": "new", "type": "text"}));
    wanted["objects"][1]["fields"][1]["required"] = json!(true);
    let body = json!({"document": wanted});
    let seen = plan(&tenant, &body).ok().await;
    apply(&tenant, &body, &seen, &[]).await.expect_problem(409, "data_conflict");
    let schema = tenant.schema().ok().await;
    assert_eq!(schema["version"], json!(1));
    assert!(!schema.to_string().contains("\"new\""));
}

async fn goes_on_while_records_are_loaded(server: Server) {
    let tenant = start(&server).await;
    let loading = {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            for number in 0..60 {
                tenant
                    .create("deal", json!({"title": format!("{number}"), "amount": number}))
                    .created()
                    .await;
            }
        })
    };
    let mut wanted = document();
    let double = json!({"name": "double", "type": "integer", "computed": "amount * 2", "stored": true});
    wanted["objects"][1]["fields"].as_array_mut().unwrap().push(double);
    reach(&tenant, json!({"document": wanted})).await;
    loading.await.unwrap();
    let deals = tenant.list("deal").query("limit", 100).ok().await;
    for deal in deals["data"].as_array().unwrap() {
        assert_eq!(deal["double"].as_i64(), deal["amount"].as_i64().map(|amount| amount * 2), "{deal}");
    }
}
