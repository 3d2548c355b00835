//! Unique keys and indexes.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

each_db!(
    refuses_a_second_record_with_the_same_value,
    lets_records_without_a_value_be,
    compares_without_case_by_unicode_folding,
    covers_several_fields,
    frees_a_value_when_it_is_changed_or_deleted,
    swaps_values_within_a_batch,
    is_made_over_data_that_are_unique,
    refuses_data_that_are_not_unique,
    names_keys,
    is_dropped,
    covers_every_type_that_can_be_compared,
);

async fn refuses_a_second_record_with_the_same_value(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::email("email").unique())).await;
    let mark = tenant.mark().await;
    let ada = tenant.make("contact", json!({"email": "ada@example.com"})).await;
    let refused = tenant
        .create("contact", json!({"email": "ADA@example.com"}))
        .await
        .expect_problem(409, "not_unique")
        .expect_fault("not_unique", "/email");
    assert_eq!(refused.faults()[0]["records"], json!([ada]));
    let bob = tenant.make("contact", json!({"email": "bob@example.com"})).await;
    tenant
        .patch("contact", &bob, json!({"email": "ada@example.com"}))
        .await
        .expect_problem(409, "not_unique");
    tenant.expect_changes(mark, &["record.created contact", "record.created contact"]).await;
}

async fn lets_records_without_a_value_be(server: Server) {
    let tenant = server.tenant().await;
    let contact = object("contact")
        .field(field::email("email").unique())
        .field(field::text("a"))
        .field(field::text("b"))
        .unique_in_any_case(&["a", "b"]);
    tenant.define(contact).await;
    for _ in 0..3 {
        tenant.make("contact", json!({})).await;
        tenant.make("contact", json!({"a": "x"})).await;
    }
}

async fn compares_without_case_by_unicode_folding(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("city").field(field::text("name").unique_in_any_case())).await;
    let id = tenant.make("city", json!({"name": "Straße"})).await;
    assert_eq!(tenant.get("city", &id).ok().await["name"], "Straße", "kept as it was written");
    tenant.create("city", json!({"name": "STRASSE"})).await.expect_problem(409, "not_unique");
    tenant.make("city", json!({"name": "ΑΘΗΝΑΣ"})).await;
    tenant.create("city", json!({"name": "αθηνας"})).await.expect_problem(409, "not_unique");
    tenant.patch("city", &id, json!({"name": "STRASSE"})).ok().await;
}

async fn covers_several_fields(server: Server) {
    let tenant = server.tenant().await;
    let seat =
        object("seat").field(field::text("room")).field(field::integer("number")).unique(&["room", "number"]);
    let made = tenant.define(seat).await;
    assert_eq!(made["keys"][0]["fields"], json!(["room", "number"]));
    tenant.make("seat", json!({"room": "A", "number": 1})).await;
    tenant.make("seat", json!({"room": "A", "number": 2})).await;
    tenant.make("seat", json!({"room": "B", "number": 1})).await;
    tenant.create("seat", json!({"room": "A", "number": 1})).await.expect_problem(409, "not_unique");
    tenant.make("seat", json!({"room": "a", "number": 1})).await;
}

async fn frees_a_value_when_it_is_changed_or_deleted(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::email("email").unique())).await;
    let first = tenant.make("contact", json!({"email": "a@example.com"})).await;
    tenant.patch("contact", &first, json!({"email": "b@example.com"})).ok().await;
    let second = tenant.make("contact", json!({"email": "a@example.com"})).await;
    tenant.delete("contact", &second).done().await;
    tenant.make("contact", json!({"email": "a@example.com"})).await;
    let refused = tenant.restore("contact", &second).await;
    refused.expect_problem(409, "not_unique");
}

async fn swaps_values_within_a_batch(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::email("email").unique())).await;
    let a = tenant.make("contact", json!({"email": "a@example.com"})).await;
    let b = tenant.make("contact", json!({"email": "b@example.com"})).await;
    let operations = json!([
        {"op": "update", "object": "contact", "id": a, "record": {"email": null}},
        {"op": "update", "object": "contact", "id": b, "record": {"email": "a@example.com"}},
        {"op": "update", "object": "contact", "id": a, "record": {"email": "b@example.com"}},
    ]);
    tenant.batch(operations).ok().await;
    assert_eq!(tenant.get("contact", &a).ok().await["email"], "b@example.com");
    assert_eq!(tenant.get("contact", &b).ok().await["email"], "a@example.com");
    // A value that is freed may be taken in the same batch.
    let operations = json!([
        {"op": "delete", "object": "contact", "id": a},
        {"op": "create", "object": "contact", "record": {"email": "b@example.com"}},
    ]);
    tenant.batch(operations).ok().await;
}

async fn is_made_over_data_that_are_unique(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    for name in ["Ada", "Bob"] {
        tenant.make("contact", json!({"name": name})).await;
    }
    let key = json!({"fields": ["name"], "unique": true, "case_insensitive": true});
    let made = tenant.create_key("contact", key).expect(201).await;
    assert_eq!(
        *made.json(),
        json!({"name": "name", "fields": ["name"], "unique": true, "case_insensitive": true})
    );
    tenant.create("contact", json!({"name": "ADA"})).await.expect_problem(409, "not_unique");
    let answer = tenant.upsert("contact", "name", "BOB", json!({})).expect(200).await;
    assert_eq!(answer.json()["name"], "Bob");
}

async fn refuses_data_that_are_not_unique(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    let one = tenant.make("contact", json!({"name": "Ada"})).await;
    let two = tenant.make("contact", json!({"name": "ada"})).await;
    tenant
        .create_key("contact", json!({"name": "exact", "fields": ["name"], "unique": true}))
        .created()
        .await;
    let mark = tenant.mark().await;
    let key = json!({"name": "folded", "fields": ["name"], "unique": true, "case_insensitive": true});
    let refused = tenant.create_key("contact", key).await.expect_problem(409, "data_conflict");
    let mut records: Vec<_> = refused.faults()[0]["records"].as_array().unwrap().clone();
    records.sort_by_key(|id| id.to_string());
    assert_eq!(records, [json!(one), json!(two)]);
    tenant.expect_changes(mark, &[]).await;
    tenant.make("contact", json!({"name": "ADA"})).await;
}

async fn names_keys(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("a")).field(field::json("b"))).await;
    let key = json!({"name": "mine", "fields": ["a"], "unique": false});
    assert_eq!(tenant.create_key("contact", key.clone()).created().await["name"], "mine");
    tenant.create_key("contact", key).await.expect_problem(409, "already_exists");
    for wrong in [
        json!({"fields": []}),
        json!({"fields": ["nothing"]}),
        json!({"fields": ["a", "a"], "name": "twice"}),
        json!({"fields": ["b"]}),
        json!({"fields": "a"}),
        json!({"name": "x"}),
        json!({"fields": ["a"], "name": "Bad Name"}),
        json!({"fields": ["a"], "name": "y", "colour": 1}),
    ] {
        tenant.create_key("contact", wrong).await.expect_status(422);
    }
}

async fn is_dropped(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name").unique())).await;
    tenant.make("contact", json!({"name": "Ada"})).await;
    tenant.create("contact", json!({"name": "Ada"})).await.expect_problem(409, "not_unique");
    tenant.drop_key("contact", "name").done().await;
    tenant.make("contact", json!({"name": "Ada"})).await;
    assert_eq!(tenant.object("contact").ok().await["keys"], json!([]));
    let refused = tenant.upsert("contact", "name", "Ada", json!({})).await;
    assert!((400..500).contains(&refused.status()), "{refused:?}");
}

async fn covers_every_type_that_can_be_compared(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("thing")).await;
    let thing = tenant.make("thing", json!({})).await;
    let cases = [
        (field::integer("a"), json!(7)),
        (field::decimal("a", 10, 2), json!("7.00")),
        (field::boolean("a"), json!(true)),
        (field::date("a"), json!("2026-01-01")),
        (field::datetime("a"), json!("2026-01-01T00:00:00.000000Z")),
        (field::phone("a"), json!("+4930901820")),
        (field::url("a"), json!("https://example.com/")),
        (field::select("a", &["x"]), json!("x")),
        (field::reference("a", &["thing"]), json!(thing)),
    ];
    for (number, (field, value)) in cases.into_iter().enumerate() {
        let name = format!("unique{number}");
        tenant.define(object(&name).field(field.unique())).await;
        let id = tenant.make(&name, json!({"a": value})).await;
        let refused = tenant.create(&name, json!({"a": value})).await.expect_problem(409, "not_unique");
        assert_eq!(refused.faults()[0]["records"], json!([id]));
        tenant.delete(&name, &id).done().await;
        tenant.make(&name, json!({"a": value})).await;
    }
}
