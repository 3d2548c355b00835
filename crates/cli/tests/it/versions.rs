//! Versions of the schema: each is kept, and can be read as it was.

use kith_testing::{Server, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    lists_what_changed_and_who_did_it,
    shows_the_schema_as_it_was,
    knows_names_as_they_were,
    pages_through_versions,
    refuses_versions_that_there_are_not,
    survives_a_restart,
);

async fn lists_what_changed_and_who_did_it(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    tenant.create_field("contact", field::text("fax")).created().await;
    tenant.drop_field("contact", "fax").done().await;
    tenant.patch_field("contact", "name", json!({"label": "Name"})).ok().await;
    let page = tenant.caller().get("/v1/schema/versions").ok().await;
    let data = page["data"].as_array().unwrap();
    let short: Vec<(i64, &str)> = data
        .iter()
        .map(|each| (each["version"].as_i64().unwrap(), each["changes"][0]["action"].as_str().unwrap()))
        .collect();
    assert_eq!(
        short,
        [(3, "field.removed"), (2, "field.created"), (1, "object.created")],
        "an idle patch makes none"
    );
    assert_eq!(data[0]["changes"], json!([{"action": "field.removed", "object": "contact", "field": "fax"}]));
    let transactions = tenant.transactions(0).await;
    for (version, transaction) in
        data.iter().rev().zip(transactions.iter().filter(|each| each["schema_version"] != 0))
    {
        for member in ["position", "at", "actor"] {
            assert_eq!(version[member], transaction[member], "{member}");
        }
    }
}

async fn shows_the_schema_as_it_was(server: Server) {
    let tenant = server.tenant().await;
    let mut seen = vec![tenant.schema().ok().await];
    tenant.define(object("company").field(field::text("name"))).await;
    seen.push(tenant.schema().ok().await);
    tenant.define(object("contact").field(field::reference("company", &["company"]))).await;
    seen.push(tenant.schema().ok().await);
    tenant.create_field("company", field::count("contacts", "contact", "company")).created().await;
    seen.push(tenant.schema().ok().await);
    tenant.purge_field("company", "contacts").ok().await;
    seen.push(tenant.schema().ok().await);
    tenant.drop_object("contact").done().await;
    seen.push(tenant.schema().ok().await);
    tenant.purge_object("contact").ok().await;
    seen.push(tenant.schema().ok().await);
    for (version, schema) in seen.iter().enumerate() {
        let then = tenant.schema().query("version", version).ok().await;
        assert_eq!(then, *schema, "version {version}");
    }
}

async fn knows_names_as_they_were(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    tenant.patch_field("contact", "name", json!({"name": "full_name", "aliases": []})).ok().await;
    tenant.patch_object("contact", json!({"name": "person", "aliases": []})).ok().await;
    let name = |schema: &Json| {
        (schema["objects"][0]["name"].clone(), schema["objects"][0]["fields"][0]["name"].clone())
    };
    let at = |version: i64| tenant.schema().query("version", version).ok();
    assert_eq!(name(&at(1).await), (json!("contact"), json!("name")));
    assert_eq!(name(&at(2).await), (json!("contact"), json!("full_name")));
    assert_eq!(name(&at(3).await), (json!("person"), json!("full_name")));
}

async fn pages_through_versions(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact")).await;
    for number in 0..6 {
        tenant.create_field("contact", field::text(&format!("f{number}"))).created().await;
    }
    let mut versions = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let call = tenant.caller().get("/v1/schema/versions").query("limit", 3);
        let page = if let Some(cursor) = &cursor {
            call.query("cursor", cursor).ok().await
        } else {
            call.ok().await
        };
        versions
            .extend(page["data"].as_array().unwrap().iter().map(|each| each["version"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(versions, [7, 6, 5, 4, 3, 2, 1]);
    tenant.caller().get("/v1/schema/versions?cursor=x").await.expect_problem(400, "invalid_parameter");
}

async fn refuses_versions_that_there_are_not(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact")).await;
    assert_eq!(tenant.schema().query("version", 0).ok().await, json!({"version": 0, "objects": []}));
    for version in ["2", "999999"] {
        tenant.schema().query("version", version).await.expect_problem(404, "not_found");
    }
    for version in ["-1", "x", ""] {
        tenant.schema().query("version", version).await.expect_problem(400, "invalid_parameter");
    }
}

async fn survives_a_restart(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    let before = tenant.schema().ok().await;
    tenant.patch_object("contact", json!({"label": "Person"})).ok().await;
    server.stop().await;
    server.start_again().await;
    assert_eq!(tenant.schema().query("version", 1).ok().await, before);
}
