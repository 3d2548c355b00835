//! Purges: nothing is left, by the word of the database itself.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

use super::{removed, tenant};

each_db!(
    a_purge_leaves_nothing_of_a_field,
    a_purge_leaves_nothing_of_an_object,
    a_purge_says_what_stands_in_its_way,
    the_same_purge_answers_the_same_again,
);

/// Whether a name is `kith_`, a letter, and a number: an index or a constraint of records.
fn is_numbered(name: &str, letter: char) -> bool {
    let number = name.strip_prefix("kith_").and_then(|rest| rest.strip_prefix(letter));
    number.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

async fn a_purge_leaves_nothing_of_a_field(server: Server) {
    let tenant = tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let made = json!({"full_name": "Ada", "fax": "sekret", "company": company});
    let gone = tenant.make("contact", made.clone()).await;
    tenant.delete("contact", &gone).done().await;
    tenant.make("contact", made).await;
    let none = json!({"columns": 0, "indexes": 0, "constraints": 0, "metadata": 0});
    for (name, is_hidden) in [("fax", true), ("number", false), ("company", true)] {
        if is_hidden {
            tenant.drop_field("contact", name).done().await;
        }
        let purged = tenant.purge_field("contact", name).ok().await;
        assert_eq!(
            (&purged["purged"], &purged["left"]),
            (&json!(format!("contact.{name}")), &none),
            "{purged}"
        );
        let table = purged["table"].as_str().unwrap();
        assert!(!purged["columns"].as_array().unwrap().is_empty(), "{purged}");
        for column in purged["columns"].as_array().unwrap() {
            let column = column.as_str().unwrap();
            let names = server.database().names(&tenant, table);
            assert!(!names.is_empty() && names.iter().all(|name| !name.contains(column)), "{names:?}");
        }
        tenant.purge_field("contact", name).await.expect_problem(404, "not_found");
    }
    let number = tenant.caller().get("/v1/schema/versions").ok().await["data"][0]["version"].clone();
    assert_eq!(number, tenant.schema().ok().await["version"]);
    for name in server.database().names(&tenant, "contact_2") {
        assert!(!['r', 'f', 'c', 'x'].into_iter().any(|letter| is_numbered(&name, letter)), "{name}");
        assert!(!name.contains("kith_f5") && !name.contains("references"), "{name}");
    }
    let database = server.database();
    assert!(database.column(&tenant, "kith_counters", "next").is_empty());
    let trash = database.column(&tenant, "kith_trash", "document");
    assert!(trash.len() == 1 && !trash[0].contains("sekret"), "{trash:?}");
    tenant.restore("contact", &gone).ok().await;
    tenant.delete("company", &company).done().await;
}

async fn a_purge_leaves_nothing_of_an_object(server: Server) {
    let tenant = tenant(&server).await;
    tenant.create_key("contact", json!({"fields": ["full_name"], "case_insensitive": true})).created().await;
    let gone = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.make("contact", json!({"full_name": "Bob"})).await;
    tenant.delete("contact", &gone).done().await;
    tenant.drop_object("contact").done().await;
    tenant.drop_object("contact").query("hard", true).await.expect_problem(409, "data_conflict");
    let purged = tenant.purge_object("contact").ok().await;
    let none = json!({"columns": 0, "indexes": 0, "constraints": 0, "metadata": 0});
    assert_eq!(purged, json!({"purged": "contact", "table": "contact_2", "left": none}));
    for name in server.database().names(&tenant, "contact_2") {
        assert!(!["contact_2", "kith_u2", "kith_p2"].contains(&name.as_str()), "{name}");
        assert!(!['k', 'r', 'f'].into_iter().any(|letter| is_numbered(&name, letter)), "{name}");
    }
    for (table, column) in [("kith_trash", "document"), ("kith_counters", "next"), ("kith_tasks", "state")] {
        assert!(server.database().column(&tenant, table, column).is_empty(), "{table}");
    }
    assert_eq!(removed(&tenant).await, json!([]));
    tenant.define(object("contact")).await;
}

async fn a_purge_says_what_stands_in_its_way(server: Server) {
    let tenant = tenant(&server).await;
    tenant.create_field("company", field::sum("ranks", "contact", "company", "rank")).created().await;
    tenant.purge_field("contact", "rank").await.expect_problem(409, "referenced");
    tenant.drop_field("company", "ranks").done().await;
    tenant.drop_field("contact", "rank").done().await;
    let refused = tenant.purge_field("contact", "rank").await.expect_problem(409, "referenced");
    assert!(refused.faults()[0]["hint"].as_str().unwrap().contains("hard=true"), "{refused:?}");
    tenant.purge_object("company").await.expect_problem(409, "referenced");
    tenant.drop_field("contact", "company").await.expect_status(204);
    tenant.drop_object("company").done().await;
    tenant.purge_object("company").await.expect_problem(409, "referenced");
    tenant.restore_object("company", json!({})).ok().await;
    tenant.purge_field("company", "ranks").ok().await;
    tenant.purge_field("contact", "rank").ok().await;
    tenant.purge_field("contact", "company").ok().await;
    tenant.purge_object("company").ok().await;
}

async fn the_same_purge_answers_the_same_again(server: Server) {
    let tenant = tenant(&server).await;
    let purge = || tenant.purge_field("contact", "fax").idempotency_key("once");
    let (first, again) = (purge().expect(200).await, purge().expect(200).await);
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}
