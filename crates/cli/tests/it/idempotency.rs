//! Idempotency keys: a write that is sent again is not done again.

use kith_testing::{Call, Server, Tenant, each_db, field};
use serde_json::json;

use crate::crm;

each_db!(
    answers_the_same_again,
    covers_every_kind_of_write,
    covers_tokens_and_tenants,
    survives_a_restart,
    refuses_another_request,
    keeps_no_refusal,
    waits_for_the_first_that_is_under_way,
    tells_tokens_apart,
    refuses_keys_that_are_none,
    answers_from_before_later_changes,
);

async fn twice(call: impl Fn() -> Call) {
    let first = call().idempotency_key("key-1").await;
    assert!(first.status() < 300 && !first.is_replayed(), "{first:?}");
    let second = call().idempotency_key("key-1").await;
    assert!(second.is_replayed(), "{second:?}");
    assert_eq!((second.status(), second.text()), (first.status(), first.text()));
    assert_eq!((second.position(), second.history()), (first.position(), first.history()));
    for header in ["etag", "location", "content-type", "preference-applied"] {
        assert_eq!(second.header(header), first.header(header), "{header}");
    }
}

async fn answers_the_same_again(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    twice(|| tenant.create("contact", json!({"full_name": "Ada"}))).await;
    tenant.expect_changes(mark, &["record.created contact"]).await;
}

async fn covers_every_kind_of_write(server: Server) {
    async fn fresh(server: &Server) -> (Tenant, String) {
        let tenant = crm::tenant(server).await;
        let id = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
        (tenant, id)
    }
    let (tenant, id) = fresh(&server).await;
    twice(|| tenant.patch("contact", &id, json!({"stage": "won"}))).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.upsert("contact", "email", "bob@example.com", json!({"full_name": "Bob"}))).await;
    let (tenant, id) = fresh(&server).await;
    twice(|| tenant.delete("contact", &id)).await;
    let (tenant, id) = fresh(&server).await;
    tenant.delete("contact", &id).done().await;
    twice(|| tenant.restore("contact", &id)).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.create("contact", json!({"full_name": "Ada"})).minimal()).await;
    let (tenant, _) = fresh(&server).await;
    let operations = json!([{"op": "create", "object": "contact", "record": {"full_name": "Eve"}}]);
    twice(|| tenant.batch(operations.clone())).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.create_field("contact", field::text("nickname"))).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.patch_field("contact", "stage", json!({"label": "Phase"}))).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.drop_field("contact", "company")).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.create_key("contact", json!({"fields": ["full_name"]}))).await;
    let (tenant, _) = fresh(&server).await;
    twice(|| tenant.drop_key("contact", "stage")).await;
}

async fn covers_tokens_and_tenants(server: Server) {
    let tenant = server.tenant().await;
    twice(|| tenant.caller().post("/v1/tokens", &json!({"name": "importer"}))).await;
    let tenant = server.tenant().await;
    let (id, _) = tenant.another_token("x").await;
    twice(|| tenant.caller().delete(&format!("/v1/tokens/{id}"))).await;
    let admin = server.admin();
    twice(|| admin.create_tenant(&json!({"name": "acme", "retention_days": 9}))).await;
}

async fn survives_a_restart(server: Server) {
    let tenant = crm::tenant(&server).await;
    let create = || tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key("k");
    let first = create().expect(201).await;
    server.stop().await;
    server.start_again().await;
    let mark = tenant.mark().await;
    let second = create().expect(201).await;
    assert!(second.is_replayed());
    assert_eq!((second.id(), second.position()), (first.id(), first.position()));
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_another_request(server: Server) {
    let tenant = crm::tenant(&server).await;
    tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key("k").created().await;
    let mark = tenant.mark().await;
    let others = [
        tenant.create("contact", json!({"full_name": "Bob"})).idempotency_key("k"),
        tenant.create("deal", json!({})).idempotency_key("k"),
        tenant.upsert("contact", "email", "a@example.com", json!({"full_name": "Ada"})).idempotency_key("k"),
        tenant.drop_field("contact", "stage").idempotency_key("k"),
    ];
    for other in others {
        other.await.expect_problem(422, "idempotency_conflict");
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn keeps_no_refusal(server: Server) {
    let tenant = crm::tenant(&server).await;
    let first = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let create = || {
        let record = json!({"full_name": "Bob", "email": "ada@example.com"});
        tenant.create("contact", record).idempotency_key("k")
    };
    create().await.expect_problem(409, "not_unique");
    create().await.expect_problem(409, "not_unique");
    tenant.delete("contact", &first).done().await;
    let made = create().expect(201).await;
    assert!(!made.is_replayed(), "decided anew");
    assert!(create().expect(201).await.is_replayed());
}

async fn waits_for_the_first_that_is_under_way(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let call = tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key("k");
            tokio::spawn(async move { call.expect(201).await })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    let mut replayed = 0;
    for each in tries {
        let answer = each.await.unwrap();
        ids.insert(answer.id());
        replayed += usize::from(answer.is_replayed());
    }
    assert_eq!((ids.len(), replayed), (1, 19));
    tenant.expect_changes(mark, &["record.created contact"]).await;
}

async fn tells_tokens_apart(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (_, other) = tenant.another_token("other").await;
    let one = tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key("k").expect(201).await;
    let two = other.create("contact", json!({"full_name": "Bob"})).idempotency_key("k").expect(201).await;
    assert_ne!(one.id(), two.id());
    assert!(!two.is_replayed());
    let administrator = server.admin().within(&tenant);
    let three =
        administrator.create("contact", json!({"full_name": "Ada"})).idempotency_key("k").expect(201).await;
    assert!(!three.is_replayed());
}

async fn refuses_keys_that_are_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for key in ["", "a b", &"x".repeat(256), "\u{7f}", "a\tb"] {
        let call = tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key(key);
        let Ok(refused) = call.try_send().await else { continue };
        refused.expect_problem(400, "invalid_parameter");
    }
    tenant.expect_changes(mark, &[]).await;
    tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key(&"x".repeat(255)).created().await;
}

async fn answers_from_before_later_changes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let create = || tenant.create("contact", json!({"full_name": "Ada"})).idempotency_key("k");
    let first = create().expect(201).await;
    tenant.patch("contact", &first.id(), json!({"full_name": "Ada King"})).ok().await;
    tenant.delete("contact", &first.id()).done().await;
    let second = create().expect(201).await;
    assert_eq!(second.text(), first.text(), "what was answered, not what is");
}
