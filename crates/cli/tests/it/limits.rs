//! Limits: published, and in force.

use kith_testing::{Server, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    publishes_every_limit_with_its_reason,
    bounds_a_record,
    bounds_the_fields_of_an_object,
    bounds_the_keys_of_an_object,
    bounds_definitions,
);

async fn publishes_every_limit_with_its_reason(server: Server) {
    let answer = server.anonymous().get("/v1/limits").expect(200).await;
    let value = |name: &str| {
        let limit = answer.data().iter().find(|limit| limit["name"] == name);
        limit.unwrap_or_else(|| panic!("no limit `{name}`"))["value"].as_u64().unwrap()
    };
    assert_eq!(value("body"), 8 * 1024 * 1024);
    assert_eq!(value("batch_operations"), 1000);
    assert_eq!((value("page_default"), value("page")), (50, 500));
    assert_eq!((value("request"), value("long_poll")), (30, 60));
    for limit in answer.data() {
        assert!(
            limit["unit"].is_string() && limit["reason"].as_str().is_some_and(|text| text.len() > 10),
            "{limit}"
        );
    }
}

async fn bounds_a_record(server: Server) {
    let tenant = server.tenant().await;
    let mut notes = object("notes");
    for number in 0..12 {
        notes = notes.field(field::long_text(&format!("n{number}")).set("max_length", json!(100_000)));
    }
    tenant.define(notes.field(field::json("json"))).await;
    let text = "x".repeat(100_000);
    let ten: Json = (0..10).map(|n| (format!("n{n}"), json!(text))).collect::<serde_json::Map<_, _>>().into();
    let id = tenant.make("notes", ten.clone()).await;
    assert_eq!(tenant.get("notes", &id).ok().await["n9"], text);
    let mut eleven = ten.clone();
    eleven["n10"] = json!(text);
    let refused = tenant.create("notes", eleven.clone()).await;
    assert!(refused.status() == 422 || refused.status() == 413, "{refused:?}");
    let refused = tenant.patch("notes", &id, json!({"n10": text})).await;
    assert!(refused.status() == 422 || refused.status() == 413, "{refused:?}");
    assert_eq!(tenant.get("notes", &id).ok().await["version"], 1);
    let refused = tenant.create("notes", json!({"json": "x".repeat(2 * 1024 * 1024)})).await;
    assert!(refused.status() == 422 || refused.status() == 413, "{refused:?}");
}

async fn bounds_the_fields_of_an_object(server: Server) {
    let tenant = server.tenant().await;
    let wide =
        (0..500).fold(object("wide"), |wide, number| wide.field(field::integer(&format!("f{number}"))));
    tenant.define(wide).await;
    tenant.create_field("wide", field::integer("one_more")).await.expect_problem(422, "limit_reached");
    let values: Json =
        (0..500).map(|n| (format!("f{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let record = tenant.create("wide", values).created().await;
    assert_eq!(record["f499"], 499);
    tenant.drop_field("wide", "f0").done().await;
    // What is hidden counts: it has its columns still.
    tenant.create_field("wide", field::integer("one_more")).await.expect_problem(422, "limit_reached");
    tenant.purge_field("wide", "f0").ok().await;
    tenant.create_field("wide", field::integer("one_more")).created().await;
    let too_wide =
        (0..501).fold(object("wider"), |wide, number| wide.field(field::integer(&format!("f{number}"))));
    tenant.create_object(too_wide).await.expect_problem(422, "limit_reached");
}

async fn bounds_the_keys_of_an_object(server: Server) {
    let tenant = server.tenant().await;
    let thing =
        (0..21).fold(object("thing"), |thing, number| thing.field(field::integer(&format!("f{number}"))));
    tenant.define(thing).await;
    for number in 0..20 {
        tenant.create_key("thing", json!({"fields": [format!("f{number}")], "unique": true})).created().await;
    }
    tenant.create_key("thing", json!({"fields": ["f20"]})).await.expect_problem(422, "limit_reached");
    let wide = json!({"name": "wide", "fields": ["f0", "f1", "f2", "f3", "f4", "f5"]});
    tenant.drop_key("thing", "f0").done().await;
    assert!((400..500).contains(&tenant.create_key("thing", wide).await.status()));
}

async fn bounds_definitions(server: Server) {
    let tenant = server.tenant().await;
    let options: Vec<String> = (0..1001).map(|number| format!("o{number}")).collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    for wrong in [
        object("a").field(field::select("s", &options)),
        object("a").field(field::select("s", &[&"x".repeat(101)])),
        object("a").field(field::select("s", &[])),
        object("a").field(field::select("s", &[""])),
        object("a").field(field::text("t").set("max_length", json!(10_001))),
        object("a").field(field::text("t").set("max_length", json!(0))),
        object("a").field(field::long_text("t").set("max_length", json!(100_001))),
        object("a").field(field::decimal("d", 19, 2)),
        object("a").field(field::decimal("d", 5, 6)),
        object("a").field(field::integer("i").set("min", json!(5)).set("max", json!(4))),
        object("a").field(field::currency("c").set("currencies", json!(["EUR", "nope"]))),
        object("a").field(field::auto_number("n").set("prefix", json!("x".repeat(21)))),
        object("a").field(field::reference("r", &[])),
        object("a").field(field::reference("r", &["nothing"])),
        object("a").field(field::reference("r", &["a"]).on_delete("explode")),
        object("a").set("label", json!("x".repeat(101))),
        object("a").set("description", json!("x".repeat(2001))),
        object("a").field(field::text("t").set("classification", json!("top"))),
        object("a").field(field::text("t").set("required", json!("yes"))),
        object("a").field(field::text("t").set("min", json!(1))),
    ] {
        tenant.create_object(wrong).await.expect_status(422);
    }
    assert_eq!(tenant.schema().ok().await, json!({"version": 0, "objects": []}));
}
