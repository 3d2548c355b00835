//! `kith duplicates` and `kith record merge`.

use kith_testing::{Server, each_db};
use serde_json::json;

use super::tenant;
use crate::command_line::Kith;

each_db!(has_commands_for_all_of_it);

async fn has_commands_for_all_of_it(server: Server) {
    let tenant = tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let contact = |name: &str| tenant.make("contact", json!({"full_name": name, "email": "a@example.org"}));
    let (one, two, three) = (contact("A").await, contact("B").await, contact("C").await);
    assert_eq!(kith.json(&["duplicates", "scan", "contact"]).await, json!({"records": 3}));
    let listed = kith.json(&["duplicates", "list", "contact"]).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
    assert!(kith.run(&["duplicates", "list", "contact"]).await.out.contains(&two));
    kith.json(&["duplicates", "dismiss", &one, &three]).await;
    let dismissed = kith.json(&["duplicates", "list", "contact", "--dismissed"]).await;
    assert_eq!(dismissed["data"][0]["second"], json!(three));
    let of = kith.json(&["duplicates", "list", "contact", "--of", &one]).await;
    assert_eq!(of["data"][0]["record"]["id"], json!(two));
    let merge = ["record", "merge", "contact", &one, "--from", &two, "--take", "full_name"];
    let merged = kith.json(&merge).await;
    assert_eq!((&merged["id"], &merged["full_name"]), (&json!(one), &json!("B")));
    let stale = ["record", "merge", "contact", &one, "--from", &three, "--if-version", "1"];
    kith.run(&stale).await.expect_failure(4, "version_mismatch");
}
