//! Tokens: made, listed, revoked; stored as hashes alone.

use kith_testing::{Server, Tenant, each_db};
use serde_json::json;

use crate::crm;

each_db!(
    creates_lists_and_revokes,
    is_refused_once_revoked,
    is_stored_as_a_hash,
    is_made_again_for_the_same_key_and_maker,
    refuses_what_is_no_token,
    says_who_it_is,
    cannot_do_what_administrators_do,
);

async fn creates_lists_and_revokes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let made = tenant.caller().post("/v1/tokens", &json!({"name": "importer"})).expect(201).await;
    assert_eq!(made.json()["name"], "importer");
    assert!(made.json()["token"].as_str().is_some_and(|token| token.starts_with("kith_t_")), "{made:?}");
    assert_eq!(made.position(), mark + 1);
    let page = tenant.caller().get("/v1/tokens").expect(200).await;
    assert_eq!(page.data().len(), 2, "the tenant's first, and this");
    let listed = page.data().iter().find(|token| token["id"] == made.id().as_str()).unwrap();
    assert_eq!((listed.get("token"), &listed["revoked_at"]), (None, &json!(null)));
    tenant.caller().delete(&format!("/v1/tokens/{}", made.id())).done().await;
    let page = tenant.caller().get("/v1/tokens").expect(200).await;
    let listed = page.data().iter().find(|token| token["id"] == made.id().as_str()).unwrap();
    assert!(listed["revoked_at"].is_string(), "{listed}");
    tenant.expect_changes(mark, &["token.created", "token.revoked"]).await;
    let never = "token_01h455vb4pex5vsknk084sn02q";
    tenant.caller().delete(&format!("/v1/tokens/{never}")).await.expect_problem(404, "not_found");
    for wrong in [json!({}), json!({"name": ""}), json!({"name": 1}), json!({"name": "x", "y": 1}), json!([])]
    {
        let refused = tenant.caller().post("/v1/tokens", &wrong).await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
    }
}

async fn is_refused_once_revoked(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (id, other) = tenant.another_token("x").await;
    other.schema().ok().await;
    tenant.caller().delete(&format!("/v1/tokens/{id}")).done().await;
    let refused = other.schema().await.expect_problem(401, "unauthenticated");
    assert!(refused.header("www-authenticate").is_some_and(|text| text.starts_with("Bearer")), "{refused:?}");
    other.create("deal", json!({})).await.expect_problem(401, "unauthenticated");
    server.stop().await;
    server.start_again().await;
    other.schema().await.expect_problem(401, "unauthenticated");
    tenant.schema().ok().await;
}

async fn is_stored_as_a_hash(server: Server) {
    let tenant = crm::tenant(&server).await;
    let make = tenant.caller().post("/v1/tokens", &json!({"name": "x"})).idempotency_key("k");
    let other = tenant.with_token(make.created().await["token"].as_str().unwrap());
    let Some(folder) = server.database().data_dir().map(std::path::Path::to_owned) else { return };
    let token = other.caller().token().unwrap().to_owned();
    // `kith_t_<tenant>_<secret>`, and the secret may hold a `_` itself.
    let secret = token.splitn(4, '_').nth(3).unwrap().to_owned();
    server.stop().await;
    let mut looked_at = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = match std::fs::read(&path) {
                Ok(bytes) => bytes,
                // SQLite removes its log with the last connection, which may be closing still.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => panic!("{}: {error}", path.display()),
            };
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "the token stands in {}", path.display());
            looked_at += 1;
        }
    }
    assert!(looked_at >= 2, "the control file and the tenant's");
    server.start_again().await;
}

async fn is_made_again_for_the_same_key_and_maker(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (_, other) = tenant.another_token("other").await;
    let mark = tenant.mark().await;
    let create = |tenant: &Tenant| {
        tenant.caller().post("/v1/tokens", &json!({"name": "importer"})).idempotency_key("k")
    };
    let made = create(&tenant).expect(201).await;
    let listed = tenant.caller().get("/v1/tokens").expect(200).await;
    let listed = listed.data().iter().find(|token| token["id"] == made.id().as_str()).unwrap().clone();
    assert_eq!(listed["created_at"], made.json()["created_at"]);
    server.stop().await;
    server.start_again().await;
    let again = create(&tenant).expect(201).await;
    assert!(again.is_replayed());
    assert_eq!(again.text(), made.text());
    let text = made.json()["token"].as_str().unwrap();
    tenant.with_token(text).schema().ok().await;
    let by_other = create(&other).expect(201).await;
    assert!(!by_other.is_replayed());
    assert_ne!((by_other.id(), by_other.json()["token"].as_str()), (made.id(), Some(text)));
    let named = tenant.caller().post("/v1/tokens", &json!({"name": "x"})).idempotency_key("k");
    named.await.expect_problem(422, "idempotency_conflict");
    tenant.caller().delete(&format!("/v1/tokens/{}", made.id())).idempotency_key("r").done().await;
    let again = tenant.caller().delete(&format!("/v1/tokens/{}", made.id())).idempotency_key("r").await;
    assert!(again.status() == 204 && again.is_replayed(), "{again:?}");
    assert_eq!(create(&tenant).expect(201).await.text(), made.text(), "what was answered, not what is");
    tenant.with_token(text).schema().await.expect_problem(401, "unauthenticated");
    tenant.expect_changes(mark, &["token.created", "token.created", "token.revoked"]).await;
}

async fn refuses_what_is_no_token(server: Server) {
    let tenant = crm::tenant(&server).await;
    let good = tenant.caller().token().unwrap().to_owned();
    let other = crm::tenant(&server).await;
    let other_good = other.caller().token().unwrap().to_owned();
    let (head, secret) = good.rsplit_once('_').unwrap();
    let (other_head, _) = other_good.rsplit_once('_').unwrap();
    let wrong = [
        String::new(),
        "x".to_owned(),
        "kith_t_".to_owned(),
        format!("{good}x"),
        good[..good.len() - 1].to_owned(),
        good.to_uppercase(),
        format!("{other_head}_{secret}"),
        format!("{head}_"),
        format!("kith_o_{secret}"),
        "kith_t_00000000000000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        "' or 1=1 --".to_owned(),
        "x".repeat(5000),
    ];
    for token in wrong {
        let refused = server.anonymous().with_token(token).get("/v1/schema").await;
        refused.expect_problem(401, "unauthenticated");
    }
    for header in [good.clone(), format!("Basic {good}"), format!("Bearer{good}"), "Bearer".to_owned()] {
        let refused = server.anonymous().get("/v1/schema").header("authorization", header).await;
        refused.expect_problem(401, "unauthenticated");
    }
    server.anonymous().get("/v1/schema").header("authorization", format!("bearer {good}")).ok().await;
}

async fn says_who_it_is(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (id, other) = tenant.another_token("x").await;
    let who = other.caller().get("/v1/whoami").ok().await;
    assert_eq!((&who["tenant"], &who["actor"]), (&json!(tenant.id()), &json!(id)));
    assert_eq!(other.create("deal", json!({})).created().await["created_by"], id);
}

async fn cannot_do_what_administrators_do(server: Server) {
    let tenant = crm::tenant(&server).await;
    let caller = tenant.caller();
    caller.post("/v1/tenants", &json!({"name": "x"})).await.expect_problem(403, "forbidden");
    caller.get("/v1/tenants").await.expect_problem(403, "forbidden");
    let own = format!("/v1/tenants/{}", tenant.id());
    caller.get(&own).await.expect_problem(403, "forbidden");
    caller.patch(&own, &json!({"retention_days": 1})).await.expect_problem(403, "forbidden");
}
