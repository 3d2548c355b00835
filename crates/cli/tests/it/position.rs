//! Positions: on every answer, and as the token of reading one's own writes.

use std::time::{Duration, Instant};

use kith_testing::{Call, Response, Server, Tenant, each_db};
use reqwest::Method;
use serde_json::json;

use crate::crm;

each_db!(
    stands_on_every_answer_about_a_tenant,
    reads_what_was_written,
    gives_up_on_what_does_not_come,
    is_woken_by_what_comes,
    refuses_another_history,
    refuses_cursors_of_another_history,
    refuses_positions_that_are_none,
    is_given_by_writes_that_change_nothing,
);

async fn stands_on_every_answer_about_a_tenant(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let last = tenant.mark().await;
    let caller = tenant.caller();
    let calls = [
        tenant.get("contact", &id),
        tenant.list("contact"),
        tenant.history("contact", &id),
        tenant.trash("contact"),
        tenant.schema(),
        tenant.object("contact"),
        caller.get("/v1/schema/objects"),
        caller.get("/v1/schema/objects/contact/fields/email"),
        caller.get("/v1/schema/objects/contact/storage"),
        caller.get("/v1/tokens"),
        caller.get("/v1/cursors"),
        tenant.changes(0),
        caller.call(reqwest::Method::POST, "/v1/verify"),
        tenant.patch("contact", &id, json!({})),
    ];
    for call in calls {
        let answer = call.expect(200).await;
        assert_eq!(answer.position(), last, "{answer:?}");
        assert!(answer.history().starts_with("history_"), "{answer:?}");
    }
}

async fn reads_what_was_written(server: Server) {
    let tenant = crm::tenant(&server).await;
    for seats in 0..20 {
        let made = tenant.create("deal", json!({"seats": seats})).expect(201).await;
        let read = tenant.get("deal", &made.id()).min_position(made.position()).expect(200).await;
        assert!(read.position() >= made.position());
        let listed =
            tenant.list("deal").query("seats", seats).min_position(made.position()).expect(200).await;
        assert_eq!(listed.data().len(), 1);
        let exact = format!("{}:{}", made.position(), made.history());
        tenant.schema().min_position(exact).ok().await;
    }
}

fn reads(tenant: &kith_testing::Tenant, id: &str) -> Vec<Call> {
    vec![
        tenant.get("contact", id),
        tenant.list("contact"),
        tenant.history("contact", id),
        tenant.schema(),
        tenant.object("contact"),
    ]
}

async fn gives_up_on_what_does_not_come(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let beyond = tenant.mark().await + 1;
    let begun = Instant::now();
    let waiting: Vec<_> = reads(&tenant, &id)
        .into_iter()
        .map(|call| tokio::spawn(async move { call.min_position(beyond).await }))
        .collect();
    for each in waiting {
        let refused = each.await.unwrap().expect_problem(412, "position_not_reached");
        assert!(
            refused.header("kith-position").is_none_or(|at| at == (beyond - 1).to_string()),
            "{refused:?}"
        );
    }
    assert!(begun.elapsed() > Duration::from_secs(4) && begun.elapsed() < Duration::from_secs(9));
}

async fn is_woken_by_what_comes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let next = tenant.mark().await + 1;
    let reading = tokio::spawn({
        let call = tenant.list("contact").min_position(next);
        async move { call.expect(200).await }
    });
    tokio::task::yield_now().await;
    tenant.make("contact", json!({"full_name": "Ada"})).await;
    let begun = Instant::now();
    assert_eq!(reading.await.unwrap().data().len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

async fn refuses_another_history(server: Server) {
    let tenant = crm::tenant(&server).await;
    let other = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let foreign = other.schema().expect(200).await.history().to_owned();
    for call in reads(&tenant, &id) {
        call.min_position(format!("1:{foreign}")).await.expect_problem(410, "history_changed");
    }
}

/// What another tenant's lists gave stands for what this one's gave before it was restored.
async fn refuses_cursors_of_another_history(server: Server) {
    let (tenant, other) = (crm::tenant(&server).await, crm::tenant(&server).await);
    for each in [&tenant, &other] {
        for name in ["Ada", "Bob"] {
            each.make("company", json!({"name": name})).await;
            let id = each.make("contact", json!({"full_name": name})).await;
            each.delete("contact", &id).done().await;
            each.another_token(name).await;
        }
    }
    let lists: [fn(&Tenant) -> Call; 4] = [
        |tenant| tenant.list("company"),
        |tenant| tenant.trash("contact"),
        |tenant| tenant.caller().get("/v1/tokens"),
        |tenant| tenant.caller().call(Method::POST, "/v1/verify"),
    ];
    for list in lists {
        let cursor = |page: Response| page.json()["next_cursor"].as_str().unwrap().to_owned();
        let own = cursor(list(&tenant).query("limit", 1).expect(200).await);
        let foreign = cursor(list(&other).query("limit", 1).expect(200).await);
        list(&tenant).query("limit", 1).query("cursor", own).ok().await;
        let refused = list(&tenant).query("limit", 1).query("cursor", foreign).await;
        refused.expect_problem(410, "history_changed");
    }
}

async fn refuses_positions_that_are_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    for position in ["", "x", "-1", "1.0", "1:", "1:history_x", "18446744073709551616"] {
        tenant.list("contact").min_position(position).await.expect_problem(400, "invalid_parameter");
    }
}

async fn is_given_by_writes_that_change_nothing(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let mark = tenant.make("deal", json!({})).await;
    let last = tenant.mark().await;
    let same = tenant.patch("contact", &id, json!({"full_name": "Ada"})).expect(200).await;
    assert_eq!(same.position(), last);
    let refused = tenant.patch("deal", &mark, json!({"seats": "x"})).await.expect_status(422);
    assert!(refused.header("kith-position").is_none_or(|at| at == last.to_string()), "{refused:?}");
}
