//! Definitions of computed fields: what they may say, and what may be changed.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

use super::{computed, people, stored};

each_db!(
    says_where_an_expression_is_wrong,
    refuses_wrong_definitions,
    shows_the_definition,
    keeps_what_others_read,
    follows_a_new_name,
);

async fn says_where_an_expression_is_wrong(server: Server) {
    let tenant = people(&server).await;
    let refused = tenant.create_field("person", computed(field::text("x"), "first_name + lst_name")).await;
    let refused =
        refused.expect_problem(422, "invalid_expression").expect_fault("invalid_expression", "/computed");
    let fault = refused.json()["errors"][0].clone();
    assert!(fault["detail"].as_str().unwrap().starts_with("line 1, column 14 (byte 13)"), "{fault}");
    assert!(fault["hint"].as_str().unwrap().contains("last_name"), "{fault}");
    let fields = json!([
        {"name": "a", "type": "integer"},
        {"name": "b", "type": "integer", "computed": "a +"},
        {"name": "c", "type": "integer", "computed": "'text'"},
    ]);
    let refused = tenant.create_object(object("wrong").set("fields", fields)).await;
    let refused = refused.expect_fault("invalid_expression", "/fields/1/computed");
    refused.expect_fault("invalid_expression", "/fields/2/computed");
}

async fn refuses_wrong_definitions(server: Server) {
    let tenant = people(&server).await;
    let full = |name: &str| stored(field::text(name), "full_name");
    for (wrong, code, pointer) in [
        (full("x").required(), "invalid_definition", "/required"),
        (full("x").default(json!("y")), "invalid_definition", "/default"),
        (stored(field::date("x"), "today()"), "invalid_expression", "/computed"),
        (stored(field::text("x"), "greeting"), "invalid_expression", "/computed"),
        (computed(field::text("x"), "full_name").indexed(), "invalid_definition", "/indexed"),
        (computed(field::select("x", &["a"]), "full_name"), "unknown_member", "/computed"),
        (field::text("x").set("stored", json!(true)), "invalid_definition", "/stored"),
        (field::datetime("x").set("stamp", json!("full_name")), "invalid_definition", "/stamp"),
        (field::datetime("x").set("stamp", json!("lst_name")), "unknown_field", "/stamp"),
        (field::text("x").set("stamp", json!("last_name")), "unknown_member", "/stamp"),
    ] {
        let refused = tenant.create_field("person", wrong).await;
        let refused = refused.expect_status(422);
        refused.expect_fault(code, pointer);
    }
    for (patch, pointer) in [
        (json!({"computed": null}), "/computed"),
        (json!({"stored": false}), "/stored"),
        (json!({"computed": "born"}), "/computed"),
    ] {
        let refused = tenant.patch_field("person", "full_name", patch).await;
        let refused = refused.expect_status(422);
        let told =
            refused.json()["errors"].as_array().unwrap().iter().any(|fault| fault["pointer"] == pointer);
        assert!(told, "{refused:?}");
    }
    let plain = tenant.patch_field("person", "first_name", json!({"computed": "last_name"})).await;
    plain.expect_problem(422, "invalid_definition").expect_fault("invalid_definition", "/computed");
    let key = tenant.create_key("person", json!({"fields": ["greeting"]})).await;
    key.expect_problem(422, "invalid_definition");
}

async fn shows_the_definition(server: Server) {
    let tenant = people(&server).await;
    let person = tenant.object("person").ok().await;
    let member =
        |name: &str| person["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).cloned();
    let full = member("full_name").unwrap();
    assert_eq!((&full["computed"], &full["stored"]), (&json!("first_name + ' ' + last_name"), &json!(true)));
    assert_eq!(member("greeting").unwrap()["stored"], false);
    assert_eq!(member("renamed_at").unwrap()["stamp"], "last_name");
    assert!(member("first_name").unwrap().get("computed").is_none());
    // What is shown can be sent back.
    let mut again = person.clone();
    again["name"] = json!("human");
    again["prefix"] = json!(null);
    tenant.caller().post("/v1/schema/objects", &again).created().await;
    assert_eq!(
        tenant.patch_field("person", "full_name", full.clone()).ok().await,
        full,
        "a patch with what is so already changes nothing"
    );
}

async fn keeps_what_others_read(server: Server) {
    let tenant = people(&server).await;
    let refused = tenant.drop_field("person", "first_name").await;
    let refused = refused.expect_problem(409, "referenced");
    assert!(refused.json()["detail"].as_str().unwrap().contains("person.full_name"), "{refused:?}");
    let refused = tenant.drop_field("person", "last_name").await;
    let named = refused.json()["errors"].to_string();
    assert!(named.contains("renamed_at") && named.contains("full_name"), "{named}");
    // A further target of a reference must have what is read behind it.
    tenant.define(object("team").field(field::text("title"))).await;
    tenant.create_field("person", field::reference("team", &["team"])).created().await;
    tenant.create_field("person", stored(field::text("team_title"), "team.title")).created().await;
    tenant.define(object("club")).await;
    let refused = tenant.patch_field("person", "team", json!({"to": ["team", "club"]})).await;
    refused.expect_problem(409, "referenced");
    tenant.create_field("club", field::text("title")).created().await;
    tenant.patch_field("person", "team", json!({"to": ["team", "club"]})).ok().await;
    let club = tenant.make("club", json!({"title": "chess"})).await;
    assert_eq!(tenant.create("person", json!({"team": club})).created().await["team_title"], "chess");
}

async fn follows_a_new_name(server: Server) {
    let tenant = people(&server).await;
    let ada = tenant.make("person", json!({"first_name": "Ada", "last_name": "King"})).await;
    let mark = tenant.mark().await;
    tenant.patch_field("person", "last_name", json!({"name": "surname"})).ok().await;
    tenant.expect_changes(mark, &["schema.changed person"]).await;
    let person = tenant.object("person").ok().await.to_string();
    assert!(person.contains("first_name + ' ' + surname"), "{person}");
    let changed = tenant.patch("person", &ada, json!({"surname": "Lovelace"})).ok().await;
    assert_eq!(changed["full_name"], "Ada Lovelace");
}
