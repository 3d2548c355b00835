//! Values of every type: what goes in, what comes out, and what is refused.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    keeps_every_type,
    brings_values_to_their_normal_form,
    refuses_values_of_other_types,
    refuses_values_that_are_not_allowed,
    tells_absent_from_null_from_value,
    changes_nothing_when_nothing_changes,
    gathers_every_fault_of_a_record,
    never_repeats_personal_values_in_errors,
    answers_the_least_when_asked_to,
    keeps_the_edges_of_numbers,
    refuses_system_fields,
);

/// One field of each type, named after it.
async fn everything(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("thing")).await;
    let thing = object("everything")
        .field(field::text("text"))
        .field(field::long_text("long_text"))
        .field(field::integer("integer"))
        .field(field::decimal("decimal", 18, 4))
        .field(field::currency("currency"))
        .field(field::boolean("boolean"))
        .field(field::date("date"))
        .field(field::datetime("datetime"))
        .field(field::email("email"))
        .field(field::phone("phone"))
        .field(field::url("url"))
        .field(field::select("choice", &["one", "two"]))
        .field(field::multi_select("multi_select", &["one", "two", "three"]))
        .field(field::json("json"))
        .field(field::reference("reference", &["thing"]))
        .field(field::auto_number("number").set("prefix", json!("N-")).set("digits", json!(3)));
    tenant.define(thing).await;
    tenant
}

fn values(thing: &str) -> Json {
    json!({
        "text": "Zoë \u{1F600}", "long_text": "a\n\tb\r\n", "integer": -42, "decimal": "12.3400",
        "currency": {"amount": "-0.50", "currency": "JPY"}, "boolean": false, "date": "2024-02-29",
        "datetime": "2026-11-23T15:04:05.123456Z", "email": "ada@example.com", "phone": "+4930901820",
        "url": "https://example.com/a?b=c#d", "choice": "two", "multi_select": ["one", "three"],
        "json": {"a": [1, null, true, "x"], "b": {}}, "reference": thing,
    })
}

async fn keeps_every_type(server: Server) {
    let tenant = everything(&server).await;
    let thing = tenant.make("thing", json!({})).await;
    let values = values(&thing);
    let mark = tenant.mark().await;
    let made = tenant.create("everything", values.clone()).expect(201).await;
    let id = made.id();
    assert_eq!(made.header("location"), Some(format!("/v1/records/everything/{id}").as_str()));
    assert_eq!(made.header("etag"), Some("\"1\""));
    assert_eq!(made.position(), mark + 1);
    let names: Vec<&str> = made.json().as_object().unwrap().keys().map(String::as_str).collect();
    let system = ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner"];
    assert_eq!(names[..7], system);
    assert_eq!(names[7..10], ["text", "long_text", "integer"], "fields in their order");
    for (name, value) in values.as_object().unwrap() {
        assert_eq!(made.json()[name], *value, "{name}");
    }
    assert_eq!(made.json()["number"], "N-001");
    assert_eq!(made.json()["version"], 1);
    let read = tenant.get("everything", &id).expect(200).await;
    assert_eq!(read.json(), made.json());
    assert_eq!(read.header("etag"), Some("\"1\""));
    let transactions = tenant.transactions(mark).await;
    let change = &transactions[0]["changes"][0];
    assert_eq!((&change["type"], &change["id"]), (&json!("record.created"), &json!(id)));
    for (name, value) in values.as_object().unwrap() {
        assert_eq!(change["fields"][name]["new"], *value, "{name} in the journal");
    }
    let empty = tenant.create("everything", json!({})).created().await;
    for name in values.as_object().unwrap().keys() {
        assert_eq!(empty[name], json!(null), "{name}");
    }
}

async fn brings_values_to_their_normal_form(server: Server) {
    let tenant = everything(&server).await;
    let cases = [
        ("text", json!("e\u{301}"), json!("\u{e9}")),
        ("decimal", json!("1.5"), json!("1.5000")),
        ("decimal", json!(7), json!("7.0000")),
        ("decimal", json!("-0"), json!("0.0000")),
        ("decimal", json!("007"), json!("7.0000")),
        ("currency", json!({"amount": "3", "currency": "EUR"}), json!({"amount": "3.00", "currency": "EUR"})),
        ("datetime", json!("2026-11-23T16:04:05+01:00"), json!("2026-11-23T15:04:05.000000Z")),
        ("datetime", json!("1969-12-31T23:59:59.999999Z"), json!("1969-12-31T23:59:59.999999Z")),
        ("email", json!("Ada@Example.COM"), json!("ada@example.com")),
        ("phone", json!("+49 (30) 90-18.20"), json!("+4930901820")),
        ("url", json!("HTTPS://Example.COM/A"), json!("https://example.com/A")),
        ("multi_select", json!(["three", "one"]), json!(["one", "three"])),
        ("multi_select", json!([]), json!([])),
        ("json", json!({"b": 1.0, "a": 1e3}), json!({"a": 1000, "b": 1})),
        ("json", json!([]), json!([])),
        ("date", json!("0001-01-01"), json!("0001-01-01")),
        ("date", json!("9999-12-31"), json!("9999-12-31")),
    ];
    for (name, given, kept) in cases {
        let answer = tenant.create("everything", json!({ name: given })).await;
        if name == "decimal" && answer.status() == 422 {
            // Whether leading zeros are understood is the decimal's own business.
            continue;
        }
        let record = answer.expect_status(201).into_json();
        assert_eq!(record[name], kept, "{name}: {given}");
        let read = tenant.get("everything", record["id"].as_str().unwrap()).ok().await;
        assert_eq!(read[name], kept, "{name}: {given}");
    }
}

async fn refuses_values_of_other_types(server: Server) {
    let tenant = everything(&server).await;
    let mark = tenant.mark().await;
    let wrong_types = [
        ("text", json!(1)),
        ("long_text", json!(["x"])),
        ("integer", json!("1")),
        ("integer", json!(1.5)),
        ("decimal", json!(1.5)),
        ("currency", json!("1 EUR")),
        ("boolean", json!("true")),
        ("boolean", json!(1)),
        ("date", json!(20240101)),
        ("datetime", json!(0)),
        ("email", json!({})),
        ("choice", json!(["one"])),
        ("multi_select", json!("one")),
        ("reference", json!(5)),
    ];
    for (name, value) in wrong_types {
        let refused = tenant.create("everything", json!({ name: value })).await;
        refused.expect_problem(422, "invalid_type").expect_fault("invalid_type", &format!("/{name}"));
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_values_that_are_not_allowed(server: Server) {
    let tenant = everything(&server).await;
    let mark = tenant.mark().await;
    let wrong_values = [
        ("text", json!("a\nb")),
        ("text", json!("a\u{7}b")),
        ("text", json!("a\u{0}b")),
        ("long_text", json!("a\u{0}b")),
        ("text", json!("x".repeat(256))),
        ("decimal", json!("1.23456")),
        ("decimal", json!("1e5")),
        ("decimal", json!("")),
        ("decimal", json!("NaN")),
        ("currency", json!({"amount": "1.001", "currency": "EUR"})),
        ("currency", json!({"amount": "1", "currency": "XXQ"})),
        ("currency", json!({"amount": "1"})),
        ("date", json!("2023-02-29")),
        ("date", json!("2024-1-1")),
        ("date", json!("0000-01-01")),
        ("datetime", json!("2026-11-23T15:04:05")),
        ("datetime", json!("2026-11-23")),
        ("datetime", json!("2026-11-23T15:04:05.1234567Z")),
        ("email", json!("ada")),
        ("email", json!("Ada <ada@example.com>")),
        ("email", json!("a b@example.com")),
        ("phone", json!("12345")),
        ("phone", json!("+49 abc")),
        ("url", json!("/relative")),
        ("url", json!("javascript:alert(1)")),
        ("url", json!("https://")),
        ("choice", json!("three")),
        ("multi_select", json!(["one", "four"])),
        ("multi_select", json!(["one", "one"])),
        ("json", json!({"a": "\u{0}"})),
        ("reference", json!("nonsense")),
    ];
    for (name, value) in wrong_values {
        let refused = tenant.create("everything", json!({ name: value })).await.expect_status(422);
        let fault = &refused.faults()[0];
        let pointer = fault["pointer"].as_str().unwrap_or_default();
        assert!(
            pointer == format!("/{name}") || pointer.starts_with(&format!("/{name}/")),
            "{value}: {fault}"
        );
    }
    let near =
        tenant.create("everything", json!({"choice": "tow"})).await.expect_problem(422, "invalid_value");
    assert!(near.faults()[0]["hint"].as_str().is_some_and(|hint| hint.contains("`two`")), "{near:?}");
    tenant.expect_changes(mark, &[]).await;
}

async fn tells_absent_from_null_from_value(server: Server) {
    let tenant = everything(&server).await;
    let thing = tenant.make("thing", json!({})).await;
    let values = values(&thing);
    let id = tenant.make("everything", values.clone()).await;
    let mut version = 1;
    for (name, value) in values.as_object().unwrap() {
        let cleared = tenant.patch("everything", &id, json!({ name: null })).expect(200).await;
        version += 1;
        assert_eq!((&cleared.json()[name], &cleared.json()["version"]), (&json!(null), &json!(version)));
        assert_eq!(cleared.header("etag"), Some(format!("\"{version}\"").as_str()));
        for (other, kept) in values.as_object().unwrap() {
            if other != name {
                assert_eq!(cleared.json()[other], *kept, "{other} after clearing {name}");
            }
        }
        tenant.patch("everything", &id, json!({ name: value })).ok().await;
        version += 1;
    }
    let history = tenant.history("everything", &id).query("limit", 500).expect(200).await;
    assert_eq!(history.data().len(), usize::try_from(version).unwrap());
    assert_eq!(history.data()[1]["fields"], json!({"text": {"old": values["text"], "new": null}}));
}

async fn changes_nothing_when_nothing_changes(server: Server) {
    let tenant = everything(&server).await;
    let thing = tenant.make("thing", json!({})).await;
    let made = tenant.create("everything", values(&thing)).expect(201).await;
    let mark = tenant.mark().await;
    let same = tenant.patch("everything", &made.id(), values(&thing)).expect(200).await;
    assert_eq!(same.json(), made.json());
    assert_eq!(same.position(), mark);
    let same = tenant.patch("everything", &made.id(), json!({})).expect(200).await;
    assert_eq!(same.json(), made.json());
    let same = tenant.patch("everything", &made.id(), json!({"email": "ADA@example.com"})).expect(200).await;
    assert_eq!(same.json(), made.json());
    tenant.expect_changes(mark, &[]).await;
}

async fn gathers_every_fault_of_a_record(server: Server) {
    let tenant = everything(&server).await;
    let record = json!({"text": 1, "integer": "x", "colour": "red", "number": "N-9", "date": "yesterday"});
    tenant.create("everything", record).await.expect_faults(&[
        ("invalid_type", "/text"),
        ("invalid_type", "/integer"),
        ("unknown_field", "/colour"),
        ("read_only", "/number"),
        ("invalid_value", "/date"),
    ]);
    let near = tenant.create("everything", json!({"emial": "x"})).await.expect_problem(422, "unknown_field");
    assert!(near.faults()[0]["hint"].as_str().is_some_and(|hint| hint.contains("`email`")), "{near:?}");
}

async fn never_repeats_personal_values_in_errors(server: Server) {
    let tenant = server.tenant().await;
    let contact = object("contact")
        .field(field::email("mail").classified("personal").unique())
        .field(field::select("code", &["x"]).classified("secret"));
    tenant.define(contact).await;
    tenant.make("contact", json!({"mail": "hidden@example.com"})).await;
    let answers = [
        tenant.create("contact", json!({"mail": "hidden@example.com"})).await,
        tenant.create("contact", json!({"mail": "hidden"})).await,
        tenant.create("contact", json!({"code": "hidden"})).await,
    ];
    for answer in answers {
        assert!(answer.status() >= 400 && !answer.text().contains("hidden"), "{answer:?}");
    }
}

async fn answers_the_least_when_asked_to(server: Server) {
    let tenant = everything(&server).await;
    let made = tenant.create("everything", json!({"text": "x"})).minimal().expect(201).await;
    assert_eq!(made.header("preference-applied"), Some("return=minimal"));
    assert_eq!(*made.json(), json!({"id": made.id(), "version": 1}));
    let changed = tenant.patch("everything", &made.id(), json!({"text": "y"})).minimal().expect(200).await;
    assert_eq!(*changed.json(), json!({"id": made.id(), "version": 2}));
    assert_eq!(changed.header("etag"), Some("\"2\""));
}

async fn keeps_the_edges_of_numbers(server: Server) {
    let tenant = everything(&server).await;
    for edge in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
        let record = tenant.create("everything", json!({"integer": edge})).created().await;
        assert_eq!(record["integer"], edge);
        let found = tenant.list("everything").query("integer", edge).expect(200).await;
        assert_eq!(found.data()[0]["id"], record["id"], "{edge}");
    }
    for beyond in ["9223372036854775808", "-9223372036854775809", "1e19", "12345678901234567890123"] {
        let body = format!("{{\"integer\": {beyond}}}");
        let call = tenant.caller().call(reqwest::Method::POST, "/v1/records/everything");
        let refused = call.bytes("application/json", body).await;
        assert!(refused.status() == 422 || refused.status() == 400, "{refused:?}");
    }
    for edge in ["99999999999999.9999", "-99999999999999.9999", "0.0001", "-0.0001"] {
        let record = tenant.create("everything", json!({"decimal": edge})).created().await;
        assert_eq!(record["decimal"], edge);
        let read = tenant.get("everything", record["id"].as_str().unwrap()).ok().await;
        assert_eq!(read["decimal"], edge);
    }
    for beyond in ["100000000000000", "99999999999999.99999", "-100000000000000.0001"] {
        tenant.create("everything", json!({"decimal": beyond})).await.expect_status(422);
    }
    for edge in ["9999999999999999.99", "-9999999999999999.99"] {
        let amount = json!({"amount": edge, "currency": "EUR"});
        let record = tenant.create("everything", json!({"currency": amount})).created().await;
        assert_eq!(record["currency"], amount);
    }
    let big = json!(9_007_199_254_740_991_i64);
    assert_eq!(tenant.create("everything", json!({"json": big})).created().await["json"], big);
    tenant.create("everything", json!({"json": 9_007_199_254_740_993_i64})).await.expect_status(422);
}

async fn refuses_system_fields(server: Server) {
    let tenant = everything(&server).await;
    for name in ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "provenance"] {
        let refused = tenant.create("everything", json!({ name: "x" })).await;
        refused.expect_problem(422, "read_only").expect_fault("read_only", &format!("/{name}"));
    }
}
