//! Lists: by equality, in order, page by page.

use kith_testing::{Call, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    orders_by_creation_and_by_change,
    pages_without_gap_or_repeat,
    pages_while_records_come_and_go,
    filters_by_every_type,
    filters_by_several_fields,
    finds_case_as_it_is_written,
    refuses_wrong_parameters,
    refuses_foreign_cursors,
    bounds_pages,
);

async fn all(tenant: &Tenant, object: &str, limit: u32, order: &str) -> Vec<String> {
    let (mut cursor, mut ids) = (None::<String>, Vec::new());
    loop {
        let mut call = tenant.list(object).query("limit", limit).query("order", order);
        if let Some(cursor) = &cursor {
            call = call.query("cursor", cursor);
        }
        let page = call.expect(200).await;
        assert!(page.data().len() <= limit as usize);
        ids.extend(ids_of(page.data()));
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return ids,
        }
    }
}

fn ids_of(data: &[Json]) -> Vec<String> {
    data.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

async fn found(call: Call) -> Vec<String> {
    ids_of(call.expect(200).await.data())
}

async fn orders_by_creation_and_by_change(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut ids = Vec::new();
    for seats in 0..5 {
        ids.push(tenant.make("deal", json!({"seats": seats})).await);
    }
    tenant.patch("deal", &ids[1], json!({"seats": 100})).ok().await;
    let by_change = [&ids[0], &ids[2], &ids[3], &ids[4], &ids[1]].map(Clone::clone).to_vec();
    let reversed = |ids: &[String]| ids.iter().rev().cloned().collect::<Vec<_>>();
    assert_eq!(found(tenant.list("deal")).await, ids);
    for limit in [1, 2, 5, 50] {
        assert_eq!(all(&tenant, "deal", limit, "created_at").await, ids);
        assert_eq!(all(&tenant, "deal", limit, "-created_at").await, reversed(&ids));
        assert_eq!(all(&tenant, "deal", limit, "updated_at").await, by_change);
        assert_eq!(all(&tenant, "deal", limit, "-updated_at").await, reversed(&by_change));
    }
}

async fn pages_without_gap_or_repeat(server: Server) {
    let tenant = crm::tenant(&server).await;
    // One transaction: all have the same time, and the id breaks the tie.
    let operations: Json =
        (0..23).map(|n| json!({"op": "create", "object": "deal", "record": {"seats": n}})).collect();
    let answer = tenant.batch(operations).ok().await;
    let ids: Vec<String> =
        answer["results"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
    for order in ["created_at", "updated_at"] {
        for limit in [1, 7, 23, 24] {
            assert_eq!(all(&tenant, "deal", limit, order).await, ids, "{order} {limit}");
        }
    }
    let mut reversed = ids.clone();
    reversed.reverse();
    assert_eq!(all(&tenant, "deal", 5, "-updated_at").await, reversed);
}

async fn pages_while_records_come_and_go(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut ids = Vec::new();
    for seats in 0..6 {
        ids.push(tenant.make("deal", json!({"seats": seats})).await);
    }
    let page = tenant.list("deal").query("limit", 2).expect(200).await;
    assert_eq!(ids_of(page.data()), ids[..2]);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    tenant.delete("deal", &ids[1]).done().await;
    tenant.delete("deal", &ids[3]).done().await;
    let new = tenant.make("deal", json!({})).await;
    let rest = found(tenant.list("deal").query("limit", 50).query("cursor", cursor)).await;
    assert_eq!(rest, [&ids[2], &ids[4], &ids[5], &new].map(Clone::clone));
}

async fn filters_by_every_type(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("thing")).await;
    let thing = tenant.make("thing", json!({})).await;
    let row = object("row")
        .field(field::text("text"))
        .field(field::long_text("long_text"))
        .field(field::integer("integer"))
        .field(field::decimal("decimal", 10, 2))
        .field(field::boolean("boolean"))
        .field(field::date("date"))
        .field(field::datetime("datetime"))
        .field(field::email("email"))
        .field(field::phone("phone"))
        .field(field::url("url"))
        .field(field::select("choice", &["one", "two"]))
        .field(field::reference("reference", &["thing"]))
        .field(field::auto_number("number").set("prefix", json!("R-")).set("digits", json!(3)))
        .field(field::json("json"))
        .field(field::currency("currency"));
    tenant.define(row).await;
    tenant.make("row", json!({})).await;
    let values = json!({
        "text": "O'Neil & \"Söhne\" % _ ;--", "long_text": "a\nb", "integer": -5, "decimal": "1.50",
        "boolean": true, "date": "2026-01-02", "datetime": "2026-01-02T03:04:05.000006Z",
        "email": "a+b@example.com", "phone": "+4930901820", "url": "https://example.com/?a=b&c",
        "choice": "two", "reference": thing, "number": null,
    });
    let mut record = values.clone();
    record.as_object_mut().unwrap().remove("number");
    let id = tenant.make("row", record).await;
    for (name, value) in values.as_object().unwrap() {
        let text = match value {
            Json::String(text) => text.clone(),
            Json::Null => "R-002".to_owned(),
            other => other.to_string(),
        };
        assert_eq!(found(tenant.list("row").query(name, &text)).await, [id.as_str()], "{name}={text}");
    }
    // Values are brought to their normal form first.
    let other_forms = [
        ("decimal", "1.5"),
        ("datetime", "2026-01-02T04:04:05.000006+01:00"),
        ("email", "A+B@EXAMPLE.com"),
        ("phone", "+49 30 901820"),
    ];
    for (name, text) in other_forms {
        assert_eq!(found(tenant.list("row").query(name, text)).await, [id.as_str()], "{name}={text}");
    }
    for (name, text) in [("text", "o'neil"), ("integer", "5"), ("choice", "one"), ("boolean", "false")] {
        assert_eq!(found(tenant.list("row").query(name, text)).await.len(), 0, "{name}={text}");
    }
    for (name, text) in
        [("integer", "five"), ("boolean", "yes"), ("date", "today"), ("json", "1"), ("currency", "1")]
    {
        let refused = tenant.list("row").query(name, text).await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
    }
    assert_eq!(found(tenant.list("row").query("is_null", "text,integer,json")).await.len(), 1);
    assert_eq!(found(tenant.list("row").query("is_null", "json")).await.len(), 2);
}

async fn filters_by_several_fields(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let mut both = Vec::new();
    for n in 0..12 {
        let stage = if n % 2 == 0 { "won" } else { "lead" };
        let company = if n % 3 == 0 { json!(company) } else { json!(null) };
        let id = tenant.make("contact", json!({"full_name": "x", "stage": stage, "company": company})).await;
        if n % 6 == 0 {
            both.push(id);
        }
    }
    let call = || tenant.list("contact").query("stage", "won");
    assert_eq!(found(call().query("company", &company)).await, both);
    assert_eq!(found(call().query("is_null", "company")).await.len(), 4);
    let page = call().query("company", &company).query("limit", 1).expect(200).await;
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = found(call().query("company", &company).query("limit", 1).query("cursor", cursor)).await;
    assert_eq!(rest, both[1..]);
}

async fn finds_case_as_it_is_written(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("company", json!({"name": "Acme"})).await;
    assert_eq!(found(tenant.list("company").query("name", "Acme")).await, [id]);
    assert_eq!(found(tenant.list("company").query("name", "")).await.len(), 0);
}

async fn refuses_wrong_parameters(server: Server) {
    let tenant = crm::tenant(&server).await;
    for (name, value) in [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "x"),
        ("order", "name"),
        ("order", "--created_at"),
        ("is_null", "nothing"),
        ("colour", "red"),
        ("where", "stage = 'won'"),
        ("select", "id"),
        ("include", "company"),
        ("count", "true"),
        ("search", "x"),
        ("as_of", "5"),
        ("explain", "true"),
        ("view", "x"),
    ] {
        let refused = tenant.list("contact").query(name, value).await;
        assert!(refused.status() == 400 || refused.status() == 422, "{name}={value}\n{refused:?}");
    }
    let refused = tenant.list("contact").query("stage", "lead").query("stage", "won").await;
    assert!((400..500).contains(&refused.status()), "{refused:?}");
    let refused = tenant.list("contact").query("emial", "x").await;
    assert!(refused.text().contains("`email`"), "a near miss is offered\n{refused:?}");
}

async fn refuses_foreign_cursors(server: Server) {
    let tenant = crm::tenant(&server).await;
    let other = crm::tenant(&server).await;
    for tenant in [&tenant, &other] {
        for _ in 0..3 {
            tenant.make("deal", json!({})).await;
            tenant.make("company", json!({"name": format!("{:?}", std::time::Instant::now())})).await;
        }
    }
    let page = tenant.list("deal").query("limit", 1).expect(200).await;
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let refused = |call: Call| async move {
        let refused = call.await;
        assert!((400..=410).contains(&refused.status()), "{refused:?}");
    };
    refused(other.list("deal").query("cursor", &cursor)).await;
    refused(tenant.list("company").query("cursor", &cursor)).await;
    refused(tenant.list("deal").query("order", "-updated_at").query("cursor", &cursor)).await;
    refused(tenant.list("deal").query("seats", 1).query("cursor", &cursor)).await;
    refused(tenant.trash("deal").query("cursor", &cursor)).await;
    for nonsense in ["", "x", "AAAA", &cursor[1..], &format!("{cursor}x"), &"A".repeat(5000)] {
        refused(tenant.list("deal").query("cursor", nonsense)).await;
    }
}

async fn bounds_pages(server: Server) {
    let tenant = crm::tenant(&server).await;
    let operations: Json =
        (0..501).map(|_| json!({"op": "create", "object": "deal", "record": {}})).collect();
    tenant.batch(operations).ok().await;
    assert_eq!(tenant.list("deal").expect(200).await.data().len(), 50);
    assert_eq!(tenant.list("deal").query("limit", 500).expect(200).await.data().len(), 500);
    tenant.list("deal").query("limit", 501).await.expect_problem(400, "invalid_parameter");
}
