//! Upserts: create, or change what has this value of a unique key.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

each_db!(
    creates_then_changes,
    finds_by_the_normal_form_and_without_case,
    keeps_the_value_unless_the_body_gives_another,
    needs_a_unique_key,
    guards_with_if_match,
    creates_nothing_where_a_record_is_demanded,
    goes_by_several_fields_in_a_batch,
    goes_by_values_of_other_types,
    checks_the_record_it_would_create,
);

async fn creates_then_changes(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let made =
        tenant.upsert("contact", "email", "ada@example.com", json!({"full_name": "Ada"})).expect(201).await;
    assert_eq!(made.header("location"), Some(format!("/v1/records/contact/{}", made.id()).as_str()));
    assert_eq!(made.json()["email"], "ada@example.com");
    let changed =
        tenant.upsert("contact", "email", "ada@example.com", json!({"stage": "won"})).expect(200).await;
    assert_eq!((changed.id(), &changed.json()["version"]), (made.id(), &json!(2)));
    assert_eq!(changed.json()["full_name"], "Ada");
    let same =
        tenant.upsert("contact", "email", "ada@example.com", json!({"stage": "won"})).expect(200).await;
    assert_eq!(same.json(), changed.json());
    tenant.expect_changes(mark, &["record.created contact", "record.updated contact"]).await;
}

async fn finds_by_the_normal_form_and_without_case(server: Server) {
    let tenant = server.tenant().await;
    let contact = object("contact")
        .field(field::email("email").unique())
        .field(field::text("name").unique_in_any_case());
    tenant.define(contact).await;
    let made =
        tenant.upsert("contact", "email", "ADA@Example.com", json!({"name": "Ada/é?&"})).created().await;
    assert_eq!(made["email"], "ada@example.com");
    let found = tenant.upsert("contact", "name", "ADA/E\u{301}?&", json!({})).ok().await;
    assert_eq!(found["id"], made["id"]);
    assert_eq!(found["name"], "Ada/é?&", "kept as it was written");
}

async fn keeps_the_value_unless_the_body_gives_another(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    let record = json!({"full_name": "Ada", "email": "other@example.com"});
    let made = tenant.upsert("contact", "email", "ada@example.com", record.clone()).created().await;
    assert_eq!(made["email"], "other@example.com");
    tenant.upsert("contact", "email", "ada@example.com", record).await.expect_problem(409, "not_unique");
    let moved = tenant
        .upsert("contact", "email", "other@example.com", json!({"email": "ada@example.com"}))
        .ok()
        .await;
    assert_eq!((&moved["id"], &moved["email"]), (&made["id"], &json!("ada@example.com")));
}

async fn needs_a_unique_key(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    for field in ["stage", "full_name", "nothing"] {
        let refused = tenant.upsert("contact", field, "lead", json!({"full_name": "x"})).await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
    }
    let refused = tenant.upsert("contact", "email", "no address", json!({"full_name": "x"})).await;
    assert!((400..500).contains(&refused.status()), "{refused:?}");
}

async fn guards_with_if_match(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let upsert = |stage: &str| {
        tenant.upsert("contact", "email", "a@example.com", json!({"full_name": "Ada", "stage": stage}))
    };
    upsert("lead").if_match(1).await.expect_problem(412, "version_mismatch");
    upsert("lead").created().await;
    upsert("won").if_match(2).await.expect_problem(412, "version_mismatch");
    upsert("won").if_match(1).ok().await;
    tenant.expect_changes(mark, &["record.created contact", "record.updated contact"]).await;
}

async fn creates_nothing_where_a_record_is_demanded(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let upsert = |stage: &str| {
        tenant.upsert("contact", "email", "a@example.com", json!({"full_name": "Ada", "stage": stage}))
    };
    let refused = upsert("lead").header("if-match", "*").await.expect_problem(412, "version_mismatch");
    refused.expect_fault("version_mismatch", "/if_match");
    upsert("lead").created().await;
    upsert("won").header("if-match", "*").ok().await;
    upsert("lead").header("if-match", "*").ok().await;
    tenant
        .expect_changes(mark, &["record.created contact", "record.updated contact", "record.updated contact"])
        .await;
}

async fn goes_by_several_fields_in_a_batch(server: Server) {
    let tenant = server.tenant().await;
    let seat = object("seat")
        .field(field::text("room"))
        .field(field::integer("number"))
        .field(field::text("who"))
        .unique(&["room", "number"]);
    tenant.define(seat).await;
    let upsert = |who: &str| json!([{"op": "upsert", "object": "seat", "by": {"number": 1, "room": "A"}, "record": {"who": who}}]);
    let made = tenant.batch(upsert("Ada")).ok().await;
    assert_eq!(made["results"][0]["status"], 201);
    assert_eq!(made["results"][0]["record"]["room"], "A");
    let changed = tenant.batch(upsert("Bob")).ok().await;
    assert_eq!(changed["results"][0]["status"], 200);
    assert_eq!(changed["results"][0]["id"], made["results"][0]["id"]);
    for by in
        [json!({"room": "A"}), json!({"room": "A", "number": 1, "who": "x"}), json!({"room": "A", "nr": 1})]
    {
        let operations = json!([{"op": "upsert", "object": "seat", "by": by, "record": {}}]);
        let refused = tenant.batch(operations).await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
    }
}

async fn goes_by_values_of_other_types(server: Server) {
    let tenant = server.tenant().await;
    let thing = object("thing")
        .field(field::integer("number").unique())
        .field(field::date("day").unique())
        .field(field::decimal("price", 8, 2).unique())
        .field(field::text("note"));
    tenant.define(thing).await;
    let made =
        tenant.upsert("thing", "number", "-7", json!({"day": "2026-01-02", "price": "1.50"})).created().await;
    assert_eq!(made["number"], -7);
    for (field, value) in [("number", "-7"), ("day", "2026-01-02"), ("price", "1.5")] {
        let found = tenant.upsert("thing", field, value, json!({"note": field})).ok().await;
        assert_eq!((&found["id"], &found["note"]), (&made["id"], &json!(field)));
    }
}

async fn checks_the_record_it_would_create(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let refused = tenant.upsert("contact", "email", "a@example.com", json!({"stage": "x"})).await;
    refused.expect_status(422).expect_fault("invalid_value", "/stage");
    let refused = tenant.upsert("contact", "email", "a@example.com", json!({})).await;
    refused.expect_problem(422, "required").expect_fault("required", "/full_name");
    tenant.expect_changes(mark, &[]).await;
}
