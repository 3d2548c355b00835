//! Versions, entity tags and `If-Match`.

use kith_testing::{Server, each_db};
use serde_json::json;

use crate::crm;

each_db!(
    counts_versions,
    writes_only_what_was_seen,
    takes_a_star_for_any_version,
    refuses_tags_that_are_none,
    proves_nothing_where_rollups_change,
);

async fn counts_versions(server: Server) {
    let tenant = crm::tenant(&server).await;
    let made = tenant.create("contact", json!({"full_name": "Ada"})).expect(201).await;
    for version in 2..5 {
        let changed = tenant
            .patch("contact", &made.id(), json!({"full_name": format!("Ada {version}")}))
            .expect(200)
            .await;
        assert_eq!(changed.json()["version"], version);
        assert_eq!(changed.header("etag"), Some(format!("\"{version}\"").as_str()));
        assert_eq!(changed.json()["created_at"], made.json()["created_at"]);
        assert!(changed.json()["updated_at"].as_str() > made.json()["updated_at"].as_str());
    }
}

async fn writes_only_what_was_seen(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.patch("contact", &id, json!({"stage": "lead"})).if_match(1).ok().await;
    let mark = tenant.mark().await;
    let refused = tenant.patch("contact", &id, json!({"stage": "won"})).if_match(1).await;
    refused.expect_problem(412, "version_mismatch");
    tenant
        .patch("contact", &id, json!({"stage": "won"}))
        .if_match(3)
        .await
        .expect_problem(412, "version_mismatch");
    // Also for a write that would change nothing.
    tenant
        .patch("contact", &id, json!({"stage": "lead"}))
        .if_match(1)
        .await
        .expect_problem(412, "version_mismatch");
    tenant.expect_changes(mark, &[]).await;
    tenant.patch("contact", &id, json!({"stage": "won"})).if_match(2).ok().await;
}

async fn takes_a_star_for_any_version(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.patch("contact", &id, json!({"stage": "lead"})).header("if-match", "*").ok().await;
    tenant.delete("contact", &id).header("if-match", "*").done().await;
    let gone = tenant.patch("contact", &id, json!({"stage": "lead"})).header("if-match", "*").await;
    assert!(gone.status() == 404 || gone.status() == 412, "{gone:?}");
}

async fn refuses_tags_that_are_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let mark = tenant.mark().await;
    for tag in ["1", "", "\"x\"", "\"-1\"", "\"1", "W/\"1\"", "\"99999999999999999999\""] {
        let refused = tenant.patch("contact", &id, json!({"stage": "won"})).header("if-match", tag).await;
        assert!(refused.status() == 400 || refused.status() == 412, "{tag}\n{refused:?}");
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn proves_nothing_where_rollups_change(server: Server) {
    let tenant = crm::tenant(&server).await;
    let contact = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let same = tenant.get("contact", &contact).header("if-none-match", "\"1\"").expect(304).await;
    assert_eq!((same.text(), same.header("etag")), ("", Some("\"1\"")));
    tenant.get("contact", &contact).header("if-none-match", "\"2\"").ok().await;
    tenant.get("company", &company).header("if-none-match", "\"1\"").ok().await;
}
