//! Tenants, made by administrators.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

each_db!(
    creates_reads_and_lists,
    refuses_a_second_of_the_same_name,
    refuses_wrong_bodies,
    sets_retention,
    keeps_tenants_apart,
    works_within_a_named_tenant,
    survives_a_restart,
    gives_the_same_token_for_the_same_key,
    tells_who_has_the_name,
    finishes_what_a_crash_left_half_made,
);

async fn creates_reads_and_lists(server: Server) {
    let admin = server.admin();
    let made = admin.create_tenant(&json!({"name": "acme"})).expect(201).await;
    let body = made.json();
    assert!(body["id"].as_str().is_some_and(|id| id.starts_with("tenant_")), "{made:?}");
    assert!(body["token"].as_str().is_some_and(|token| token.starts_with("kith_t_")), "{made:?}");
    assert!(body["organization"].as_str().is_some_and(|id| id.starts_with("org_")), "{made:?}");
    assert_eq!((&body["name"], &body["retention_days"]), (&json!("acme"), &json!(null)));
    let mut without_token = body.clone();
    without_token.as_object_mut().unwrap().remove("token");
    for which in [body["id"].as_str().unwrap(), "acme"] {
        let read = admin.caller().get(&format!("/v1/tenants/{which}")).ok().await;
        assert_eq!(read, without_token, "the token is in the first answer and nowhere else");
    }
    admin.create_tenant(&json!({"name": "zeta"})).created().await;
    let page = admin.caller().get("/v1/tenants?limit=1").expect(200).await;
    assert_eq!(page.data(), [without_token]);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = admin.caller().get("/v1/tenants").query("cursor", cursor).expect(200).await;
    assert_eq!((rest.data().len(), &rest.data()[0]["name"]), (1, &json!("zeta")));
    admin.caller().get("/v1/tenants/nobody").await.expect_problem(404, "not_found");
}

async fn refuses_a_second_of_the_same_name(server: Server) {
    let admin = server.admin();
    admin.create_tenant(&json!({"name": "acme"})).created().await;
    admin.create_tenant(&json!({"name": "acme"})).await.expect_problem(409, "already_exists");
    assert_eq!(admin.caller().get("/v1/tenants").expect(200).await.data().len(), 1);
}

async fn refuses_wrong_bodies(server: Server) {
    let admin = server.admin();
    for wrong in [
        json!({}),
        json!([]),
        json!({"name": 5}),
        json!({"name": ""}),
        json!({"name": "x".repeat(500)}),
        json!({"name": "a\u{0}b"}),
        json!({"name": "a\nb"}),
        json!({"name": "tenant_01h455vb4pex5vsknk084sn02q"}),
        json!({"name": "x", "colour": "red"}),
        json!({"name": "x", "retention_days": -1}),
        json!({"name": "x", "retention_days": "ten"}),
    ] {
        let refused = admin.create_tenant(&wrong).await;
        assert!((400..500).contains(&refused.status()), "{wrong}\n{refused:?}");
    }
    assert_eq!(admin.caller().get("/v1/tenants").expect(200).await.data().len(), 0);
}

async fn sets_retention(server: Server) {
    let admin = server.admin();
    let made = admin.create_tenant(&json!({"name": "acme", "retention_days": 30})).created().await;
    assert_eq!(made["retention_days"], 30);
    let changed = admin.caller().patch("/v1/tenants/acme", &json!({"retention_days": 60})).ok().await;
    assert_eq!(changed["retention_days"], 60);
    let changed = admin.caller().patch("/v1/tenants/acme", &json!({"retention_days": null})).ok().await;
    assert_eq!(changed["retention_days"], json!(null));
    let refused = admin.caller().patch("/v1/tenants/acme", &json!({"retention_days": 0})).await;
    assert!((400..500).contains(&refused.status()), "{refused:?}");
    admin
        .caller()
        .patch("/v1/tenants/nobody", &json!({"retention_days": 1}))
        .await
        .expect_problem(404, "not_found");
}

async fn keeps_tenants_apart(server: Server) {
    let (one, two) = (server.tenant().await, server.tenant().await);
    for tenant in [&one, &two] {
        tenant.define(object("contact").field(field::email("email").unique())).await;
    }
    let id = one.make("contact", json!({"email": "ada@example.com"})).await;
    two.get("contact", &id).await.expect_problem(404, "not_found");
    two.make("contact", json!({"email": "ada@example.com"})).await;
    assert_eq!(one.mark().await, two.mark().await, "each has positions of its own");
    two.caller().naming(one.id()).get("/v1/schema").await.expect_problem(404, "not_found");
    two.caller().naming(one.name()).get("/v1/schema").await.expect_problem(404, "not_found");
    two.caller().naming(two.id()).get("/v1/schema").ok().await;
}

async fn works_within_a_named_tenant(server: Server) {
    let tenant = server.tenant().await;
    let admin = server.admin();
    admin.caller().get("/v1/schema").await.expect_problem(400, "invalid_parameter");
    admin.caller().naming("nobody").get("/v1/schema").await.expect_problem(404, "not_found");
    let within = admin.within(&tenant);
    within.define(object("contact").field(field::text("name"))).await;
    let made = within.create("contact", json!({"name": "Ada"})).created().await;
    assert!(made["created_by"].as_str().is_some_and(|actor| actor.starts_with("token_")), "{made}");
    let by_name = admin.caller().naming(tenant.name()).get("/v1/records/contact").expect(200).await;
    assert_eq!(by_name.data().len(), 1);
    let who = within.caller().get("/v1/whoami").ok().await;
    assert_eq!((&who["tenant"], &who["actor"]), (&json!(tenant.id()), &made["created_by"]));
    assert!(who["organization"].is_string(), "{who}");
    let who = admin.caller().get("/v1/whoami").ok().await;
    assert!(who["organization"].is_string(), "{who}");
}

async fn survives_a_restart(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    let id = tenant.make("contact", json!({"name": "Ada"})).await;
    let before = tenant.get("contact", &id).expect(200).await;
    server.stop().await;
    server.start_again().await;
    let after = tenant.get("contact", &id).expect(200).await;
    assert_eq!(after.json(), before.json());
    assert_eq!((after.position(), after.history()), (before.position(), before.history()));
    tenant.make("contact", json!({"name": "Bob"})).await;
}

async fn gives_the_same_token_for_the_same_key(server: Server) {
    let admin = server.admin();
    let create = |key| admin.create_tenant(&json!({"name": "acme"})).idempotency_key(key);
    let made = create("k").expect(201).await;
    assert_eq!(made.position(), 1, "the first token");
    admin.caller().patch("/v1/tenants/acme", &json!({"retention_days": 9})).ok().await;
    server.stop().await;
    server.start_again().await;
    let again = create("k").expect(201).await;
    assert!(again.is_replayed() && !made.is_replayed());
    assert_eq!((again.text(), again.position()), (made.text(), made.position()));
    let tenant = server.anonymous().with_token(again.json()["token"].as_str().unwrap());
    assert_eq!(tenant.get("/v1/whoami").ok().await["tenant"], made.json()["id"]);
    assert_eq!(tenant.get("/v1/tokens").expect(200).await.data().len(), 1);
    create("another").await.expect_problem(409, "already_exists");
    let other = admin.create_tenant(&json!({"name": "acme", "retention_days": 5})).idempotency_key("k");
    other.await.expect_problem(422, "idempotency_conflict");
    let next = admin.create_tenant(&json!({"name": "beta"})).idempotency_key("k").expect(201).await;
    assert!(!next.is_replayed(), "each tenant keeps its own keys");
}

async fn tells_who_has_the_name(server: Server) {
    let admin = server.admin();
    let made = admin.create_tenant(&json!({"name": "acme"})).expect(201).await;
    let refused = admin.create_tenant(&json!({"name": "acme"})).await.expect_problem(409, "already_exists");
    assert_eq!(refused.faults()[0]["records"], json!([made.id()]));
    // What the hint says, for who lost the answer.
    let caller = admin.caller().naming(made.id());
    let token = caller.post("/v1/tokens", &json!({"name": "again"})).created().await;
    let tenant = server.anonymous().with_token(token["token"].as_str().unwrap());
    assert_eq!(tenant.get("/v1/whoami").ok().await["tenant"], made.id());
}

async fn finishes_what_a_crash_left_half_made(server: Server) {
    let admin = server.admin();
    server.leave_half_made("acme").await;
    admin.create_tenant(&json!({"name": "acme"})).await.expect_problem(409, "already_exists");
    let create = || admin.create_tenant(&json!({"name": "acme"})).idempotency_key("k");
    let made = create().expect(201).await;
    assert!(!made.is_replayed());
    assert_eq!(create().expect(201).await.text(), made.text());
    let tenant = server.anonymous().with_token(made.json()["token"].as_str().unwrap());
    assert_eq!(tenant.get("/v1/whoami").ok().await["tenant"], made.id());
}
