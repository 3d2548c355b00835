//! Objects and mappings proposed from files.

use kith_testing::{Server, each_db};
use serde_json::json;

each_db!(proposes_an_object_and_a_mapping, refuses_what_it_cannot_look_at);

async fn proposes_an_object_and_a_mapping(server: Server) {
    let tenant = server.tenant().await;
    let mark = tenant.mark().await;
    let file = "\u{feff}Ship No;Name;Built;Length (m);Active\nA-1;Ada;01.02.1999;12,5;yes\nA-2;\"Grace; the second\";11.12.2001;7,25;no\n";
    let call = tenant.caller().call(reqwest_method(), "/v1/imports/infer").query("file", "ships.csv");
    let found = call.bytes("text/csv", file).ok().await;
    assert_eq!(
        found["object"],
        json!({"name": "ship", "fields": [
            {"name": "ship_no", "type": "text", "indexed": true},
            {"name": "name", "type": "text"},
            {"name": "built", "type": "date"},
            {"name": "length_m", "type": "decimal", "precision": 18, "scale": 2},
            {"name": "active", "type": "boolean"},
        ]})
    );
    let entry = &found["mapping"]["files"][0];
    assert_eq!((&entry["id"], &entry["delimiter"]), (&json!("Ship No"), &json!(";")));
    assert_eq!(entry["fields"]["built"], json!({"column": "Built", "date": "%d.%m.%Y"}));
    tenant.expect_changes(mark, &[]).await;
    // What it proposes works as it is.
    tenant.caller().post("/v1/schema/objects", &found["object"]).created().await;
    let files = [("ships.csv", file.as_bytes().to_vec())];
    let job = super::import(&tenant, json!({"mapping": found["mapping"]}), &files).await;
    super::expect_done(&tenant, &job).await;
    let ships = crate::tasks::all(&tenant, "ship").await;
    assert_eq!((&ships[1]["length_m"], &ships[1]["name"]), (&json!("7.25"), &json!("Grace; the second")));
}

async fn refuses_what_it_cannot_look_at(server: Server) {
    let tenant = server.tenant().await;
    let infer = |query: &str| tenant.caller().call(reqwest_method(), &format!("/v1/imports/infer{query}"));
    infer("").bytes("text/csv", "a,b\n").await.expect_problem(422, "invalid_file");
    infer("?object=Ship").bytes("text/csv", "a\n1\n").await.expect_problem(422, "invalid_name");
    infer("").bytes("application/json", "{}").await.expect_problem(415, "unsupported_media_type");
    infer("?fil=x").bytes("text/csv", "a\n1\n").await.expect_problem(400, "invalid_parameter");
    let large = vec![b'a'; 9 * 1024 * 1024];
    infer("").bytes("text/csv", large).await.expect_problem(413, "too_large");
}

fn reqwest_method() -> reqwest::Method {
    reqwest::Method::POST
}
