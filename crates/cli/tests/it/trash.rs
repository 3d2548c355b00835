//! Deleting, restoring and purging.

use kith_testing::{Server, each_db};
use serde_json::json;

use crate::crm;

each_db!(
    deletes_and_restores,
    lists_the_trash,
    checks_what_it_restores,
    purges_from_the_table_and_from_the_trash,
    erases_what_the_journal_said,
    purges_with_what_cascades,
    refuses_what_is_not_there,
    guards_with_if_match,
);

async fn deletes_and_restores(server: Server) {
    let tenant = crm::tenant(&server).await;
    let made = tenant.create("contact", json!({"full_name": "Ada", "stage": "won"})).expect(201).await;
    let id = made.id();
    let mark = tenant.mark().await;
    let deleted = tenant.delete("contact", &id).expect(204).await;
    assert_eq!(deleted.position(), mark + 1);
    assert_eq!(deleted.text(), "");
    tenant.get("contact", &id).await.expect_problem(404, "not_found");
    tenant.patch("contact", &id, json!({"stage": "lost"})).await.expect_problem(404, "not_found");
    assert_eq!(tenant.list("contact").expect(200).await.data().len(), 0);
    let restored = tenant.restore("contact", &id).expect(200).await;
    assert_eq!(restored.json()["version"], 3, "one more by the deletion, one more by this");
    assert_eq!(restored.header("etag"), Some("\"3\""));
    for member in ["id", "created_at", "created_by", "full_name", "stage"] {
        assert_eq!(restored.json()[member], made.json()[member], "{member}");
    }
    assert_eq!(tenant.get("contact", &id).ok().await, *restored.json());
    let transactions = tenant.transactions(mark).await;
    assert_eq!(transactions[0]["changes"][0]["fields"]["full_name"], json!({"old": "Ada", "new": null}));
    assert_eq!(transactions[1]["changes"][0]["fields"]["full_name"], json!({"old": null, "new": "Ada"}));
    tenant.expect_changes(mark, &["record.deleted contact", "record.restored contact"]).await;
}

async fn lists_the_trash(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        let id = tenant.make("contact", json!({"full_name": name})).await;
        let position = tenant.delete("contact", &id).expect(204).await.position();
        ids.push((id, position));
    }
    let page = tenant.trash("contact").query("limit", 2).expect(200).await;
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = tenant.trash("contact").query("limit", 2).query("cursor", cursor).expect(200).await;
    assert_eq!(rest.json()["next_cursor"], json!(null));
    let all: Vec<_> = page.data().iter().chain(rest.data()).cloned().collect();
    assert_eq!(all.len(), 3);
    for (entry, (id, position)) in all.iter().zip(&ids) {
        assert_eq!((&entry["id"], &entry["is_root"]), (&json!(id), &json!(true)));
        assert_eq!(entry["deleted_position"], *position);
        assert!(entry["record"]["full_name"].is_string(), "{entry}");
    }
    let history = tenant.history("contact", &ids[0].0).expect(200).await;
    assert_eq!(history.data().len(), 2, "the history of a record in the trash can be read");
}

async fn checks_what_it_restores(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let deal = tenant.make("deal", json!({"company": company, "seats": 3})).await;
    tenant.delete("deal", &deal).done().await;
    tenant.delete("company", &company).done().await;
    let mark = tenant.mark().await;
    tenant.restore("deal", &deal).await.expect_problem(422, "reference_not_found");
    tenant.expect_changes(mark, &[]).await;
    tenant.restore("company", &company).ok().await;
    tenant.restore("deal", &deal).ok().await;
    assert_eq!(tenant.get("company", &company).ok().await["seats"], "3");
}

async fn purges_from_the_table_and_from_the_trash(server: Server) {
    let tenant = crm::tenant(&server).await;
    let live = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let trashed = tenant.make("contact", json!({"full_name": "Bob"})).await;
    tenant.delete("contact", &trashed).done().await;
    let mark = tenant.mark().await;
    for id in [&live, &trashed] {
        tenant.purge("contact", id).done().await;
        tenant.get("contact", id).await.expect_problem(404, "not_found");
        tenant.restore("contact", id).await.expect_problem(404, "not_found");
        tenant.purge("contact", id).await.expect_problem(404, "not_found");
    }
    assert_eq!(tenant.trash("contact").expect(200).await.data().len(), 0);
    tenant.expect_changes(mark, &["record.purged contact", "record.purged contact"]).await;
}

async fn erases_what_the_journal_said(server: Server) {
    let tenant = crm::tenant(&server).await;
    let created =
        tenant.create("contact", json!({"full_name": "Secret Ada"})).idempotency_key("k1").expect(201).await;
    let id = created.id();
    let changes = json!({"full_name": "Secret Ada King"});
    tenant.patch("contact", &id, changes.clone()).idempotency_key("k2").expect(200).await;
    tenant.purge("contact", &id).done().await;
    let journal = tenant.changes(0).expect(200).await;
    assert!(!journal.text().contains("Secret"), "{journal:?}");
    let erased: Vec<_> = journal
        .data()
        .iter()
        .flat_map(|transaction| transaction["changes"].as_array().unwrap())
        .filter(|change| change["id"] == id.as_str())
        .collect();
    assert_eq!(erased.len(), 3, "its changes keep their places");
    assert!(erased.iter().take(2).all(|change| change["erased"] == true), "{erased:?}");
    let again = tenant.create("contact", json!({"full_name": "Secret Ada"})).idempotency_key("k1").await;
    again.expect_problem(410, "answer_erased");
    let again = tenant.patch("contact", &id, changes).idempotency_key("k2").await;
    again.expect_problem(410, "answer_erased");
}

async fn purges_with_what_cascades(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let contact = tenant.make("contact", json!({"full_name": "Ada", "company": company})).await;
    let deal = json!({"title": "Big", "contact": contact, "company": company, "amount": crm::euros("9.00")});
    let deal = tenant.make("deal", deal).await;
    tenant.purge("contact", &contact).done().await;
    tenant.get("deal", &deal).await.expect_problem(404, "not_found");
    tenant.restore("deal", &deal).await.expect_problem(404, "not_found");
    let company = tenant.get("company", &company).ok().await;
    assert_eq!((&company["deals"], &company["amount"]), (&json!(0), &crm::euros("0.00")));
    assert!(!tenant.changes(0).expect(200).await.text().contains("Big"));
}

async fn refuses_what_is_not_there(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let never = "contact_01h455vb4pex5vsknk084sn02q";
    tenant.delete("contact", never).await.expect_problem(404, "not_found");
    tenant.purge("contact", never).await.expect_problem(404, "not_found");
    tenant.restore("contact", never).await.expect_problem(404, "not_found");
    tenant.restore("contact", &id).await.expect_problem(409, "already_exists");
    tenant.get("deal", &id).await.expect_problem(404, "not_found");
    tenant.delete("deal", &id).await.expect_problem(404, "not_found");
    tenant.get("contact", "nonsense").await.expect_problem(404, "not_found");
    tenant.delete("contact", &id).query("hard", "maybe").await.expect_problem(400, "invalid_parameter");
    tenant.delete("contact", &id).query("hard", false).done().await;
    tenant.restore("contact", &id).ok().await;
}

async fn guards_with_if_match(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.delete("contact", &id).if_match(2).await.expect_problem(412, "version_mismatch");
    tenant.purge("contact", &id).if_match(2).await.expect_problem(412, "version_mismatch");
    tenant.delete("contact", &id).if_match(1).done().await;
    tenant.delete("contact", &id).if_match(1).await.expect_status(404);
}
