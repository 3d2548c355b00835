//! Input that is wrong on purpose: always a clear problem, never half applied.

use kith_testing::{Response, Server, Tenant, each_db, field, object};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    refuses_bodies_that_are_too_large,
    refuses_json_that_is_too_deep,
    refuses_what_is_not_json,
    refuses_invalid_utf8,
    refuses_the_null_character_everywhere,
    refuses_members_that_stand_twice,
    keeps_sql_as_text,
    refuses_sql_as_names,
    refuses_unknown_members_and_parameters,
    refuses_heads_that_are_too_large,
    refuses_paths_that_are_none,
    survives_clients_that_leave,
);

async fn post(tenant: &Tenant, path: &str, body: impl Into<Vec<u8>>) -> Response {
    tenant.caller().call(Method::POST, path).bytes("application/json", body).await
}

async fn refuses_bodies_that_are_too_large(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let body = format!("{{\"title\": \"{}\"}}", "x".repeat(8 * 1024 * 1024));
    for path in ["/v1/records/deal", "/v1/batch", "/v1/schema/objects"] {
        let call = tenant.caller().call(Method::POST, path).bytes("application/json", body.clone());
        // The server may close the connection before everything is sent.
        if let Ok(refused) = call.try_send().await {
            refused.expect_problem(413, "too_large");
        }
    }
    tenant.expect_changes(mark, &[]).await;
    let title = "x".repeat(200);
    tenant.make("deal", json!({"title": title})).await;
}

async fn refuses_json_that_is_too_deep(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("thing").field(field::json("json"))).await;
    let nested = |depth: usize| format!("{{\"json\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(post(&tenant, "/v1/records/thing", nested(30)).await.status(), 201);
    for depth in [33, 100, 10_000, 1_000_000] {
        let refused = post(&tenant, "/v1/records/thing", nested(depth)).await;
        assert!([400, 413, 422].contains(&refused.status()), "{depth}\n{refused:?}");
    }
    let objects = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    for path in ["/v1/records/thing", "/v1/batch", "/v1/schema/objects", "/v1/tokens"] {
        let refused = post(&tenant, path, objects.clone()).await;
        assert!([400, 413, 422].contains(&refused.status()), "{refused:?}");
    }
}

async fn refuses_what_is_not_json(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for body in [
        "",
        " ",
        "{",
        "nonsense",
        "{'title': 1}",
        "{\"title\": 1,}",
        "{} {}",
        "NaN",
        "{\"seats\": 01}",
        "{\"seats\": +1}",
        "\u{feff}{}",
        "{\"title\": \"a\nb\"}",
        "{\"title\": \"\\ud800\"}",
        "{\"seats\": .5}",
    ] {
        let refused = post(&tenant, "/v1/records/deal", body).await;
        refused.expect_problem(400, "malformed");
    }
    for body in ["[]", "null", "5", "\"x\"", "true"] {
        let refused = post(&tenant, "/v1/records/deal", body).await;
        assert!(refused.status() == 400 || refused.status() == 422, "{refused:?}");
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_invalid_utf8(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for bytes in [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x28\x8c\xbc", b"\xc0\x80"] {
        let body = [b"{\"title\": \"", bytes, b"\"}"].concat();
        post(&tenant, "/v1/records/deal", body).await.expect_problem(400, "malformed");
    }
    for path in [
        "/v1/records/deal?title=%ff",
        "/v1/records/%ff",
        "/v1/records/deal/%ff",
        "/v1/cursors/%c3%28",
        "/v1/records/contact?email=%ff",
        "/v1/changes?after=%ff",
    ] {
        let refused = tenant.caller().get(path).await;
        assert!((400..500).contains(&refused.status()), "{path}\n{refused:?}");
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_the_null_character_everywhere(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let mark = tenant.mark().await;
    let bodies = [
        ("/v1/records/contact", json!({"full_name": "a\u{0}b"})),
        ("/v1/records/contact", json!({"full_name": "a", "\u{0}": 1})),
        ("/v1/schema/objects", json!({"name": "a\u{0}b"})),
        ("/v1/schema/objects", json!({"name": "a", "label": "a\u{0}b"})),
        ("/v1/schema/objects", json!({"name": "a", "description": "a\u{0}b"})),
        (
            "/v1/schema/objects",
            json!({"name": "a", "fields": [{"name": "s", "type": "select", "options": ["a\u{0}"]}]}),
        ),
        (
            "/v1/schema/objects",
            json!({"name": "a", "fields": [{"name": "n", "type": "auto_number", "prefix": "\u{0}"}]}),
        ),
        ("/v1/tokens", json!({"name": "a\u{0}b"})),
        ("/v1/batch", json!({"operations": [{"op": "create", "object": "a\u{0}", "record": {}}]})),
        ("/v1/batch", json!({"operations": [{"op": "delete", "object": "contact", "id": "contact_\u{0}"}]})),
        (
            "/v1/batch",
            json!({"operations": [{"op": "upsert", "object": "contact", "by": {"email": "\u{0}"}, "record": {}}]}),
        ),
    ];
    for (path, body) in bodies {
        let refused = post(&tenant, path, body.to_string()).await;
        assert!((400..500).contains(&refused.status()), "{path} {body}\n{refused:?}");
    }
    for path in [
        "/v1/records/%00",
        "/v1/records/contact/%00",
        "/v1/records/contact?full_name=%00",
        "/v1/cursors/%00",
        "/v1/records/contact?cursor=%00",
        "/v1/records/contact?order=%00",
        "/v1/changes?object=%00",
        "/v1/schema/objects/%00",
        "/v1/records/contact?%00=1",
    ] {
        let answer = tenant.caller().get(path).await;
        let is_empty = answer.status() == 200 && answer.data().is_empty();
        assert!((400..500).contains(&answer.status()) || is_empty, "{path}\n{answer:?}");
    }
    let refused = tenant.upsert("contact", "email", "\u{0}", json!({"full_name": "x"})).await;
    assert!((400..500).contains(&refused.status()), "{refused:?}");
    tenant.expect_changes(mark, &[]).await;
    assert_eq!(tenant.get("contact", &id).ok().await["version"], 1);
}

async fn refuses_members_that_stand_twice(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let twice = r#"{"title": "a", "title": "b"}"#;
    post(&tenant, "/v1/records/deal", twice).await.expect_problem(400, "malformed");
    let inside = r#"{"amount": {"amount": "1", "amount": "2", "currency": "EUR"}}"#;
    post(&tenant, "/v1/records/deal", inside).await.expect_problem(400, "malformed");
    let batch = r#"{"operations": [{"op": "create", "op": "delete", "object": "deal", "record": {}}]}"#;
    post(&tenant, "/v1/batch", batch).await.expect_problem(400, "malformed");
    let escaped = "{\"title\": \"a\", \"t\\u0069tle\": \"b\"}";
    post(&tenant, "/v1/records/deal", escaped).await.expect_problem(400, "malformed");
    tenant.expect_changes(mark, &[]).await;
}

async fn keeps_sql_as_text(server: Server) {
    let tenant = crm::tenant(&server).await;
    let texts = [
        "'; drop table contact_2; --",
        "\" or 1=1 --",
        "$1 ?1 :name @p %s {0}",
        "\\'; select pg_sleep(10); --",
        "*/ union select * from kith_tokens /*",
        "E'\\x41' $$x$$",
    ];
    for text in texts {
        let id = tenant.make("contact", json!({"full_name": text})).await;
        assert_eq!(tenant.get("contact", &id).ok().await["full_name"], text);
        let found = tenant.list("contact").query("full_name", text).expect(200).await;
        assert_eq!(found.data().len(), 1, "{text}");
        tenant.patch("contact", &id, json!({"full_name": format!("{text} {text}")})).ok().await;
        tenant.delete("contact", &id).done().await;
        tenant.restore("contact", &id).ok().await;
        tenant.patch_object("contact", json!({"label": text, "description": text})).ok().await;
        let label = json!({"options": [{"value": text, "label": text}, "lead", "won", "lost"]});
        tenant.patch_field("contact", "stage", label).ok().await;
        let staged = tenant.make("contact", json!({"full_name": "x", "stage": text})).await;
        assert_eq!(tenant.list("contact").query("stage", text).expect(200).await.data().len(), 1);
        tenant.purge("contact", &staged).done().await;
    }
    assert_eq!(tenant.list("contact").expect(200).await.data().len(), texts.len());
}

async fn refuses_sql_as_names(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for name in
        ["a\"; drop table x; --", "a'b", "a;b", "a b", "a\"b", "select *", "a\\b", "a`b", "a]b", "$1", "?1"]
    {
        tenant.create_object(object(name)).await.expect_problem(422, "invalid_name");
        tenant.create_field("deal", field::text(name)).await.expect_problem(422, "invalid_name");
        let key = json!({"name": name, "fields": ["title"]});
        tenant.create_key("deal", key).await.expect_problem(422, "invalid_name");
        let refused = tenant.list("deal").query(name, "x").await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
        let refused = tenant.list("deal").query("order", name).await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
        let refused = tenant.upsert("contact", &kith_testing::encoded(name), "x", json!({})).await;
        assert!((400..500).contains(&refused.status()), "{refused:?}");
    }
    tenant.expect_changes(mark, &[]).await;
    // Words of SQL are names like any other.
    let words =
        ["table", "group", "user_name", "from", "index", "primary", "null", "default", "check", "values"];
    let wide = words.iter().fold(object("table"), |wide, word| wide.field(field::text(word).indexed()));
    tenant.define(wide).await;
    let record: Json =
        words.iter().map(|word| ((*word).to_owned(), json!(word))).collect::<serde_json::Map<_, _>>().into();
    let id = tenant.make("table", record).await;
    for word in words {
        assert_eq!(tenant.list("table").query(word, word).expect(200).await.data()[0]["id"], id.as_str());
        tenant.patch("table", &id, json!({ word: "x" })).ok().await;
    }
}

async fn refuses_unknown_members_and_parameters(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let mark = tenant.mark().await;
    for path in [
        "/v1/schema?colour=red".to_owned(),
        format!("/v1/records/contact/{id}?colour=red"),
        format!("/v1/records/contact/{id}?provenance=maybe"),
        format!("/v1/records/contact/{id}/history?colour=red"),
        "/v1/trash/contact?colour=red".to_owned(),
        "/v1/tokens?colour=red".to_owned(),
        "/v1/cursors?colour=red".to_owned(),
    ] {
        tenant.caller().get(&path).await.expect_problem(400, "invalid_parameter");
    }
    tenant.delete("contact", &id).query("colour", "red").await.expect_problem(400, "invalid_parameter");
    tenant.patch("contact", &id, json!({"full_name": "x"})).query("colour", "red").await.expect_status(400);
    tenant.create("contact", json!({"full_name": "x"})).query("colour", "red").await.expect_status(400);
    let operations =
        json!([{"op": "create", "object": "contact", "record": {"full_name": "x"}, "colour": 1}]);
    let refused = tenant.batch(operations).await.expect_problem(422, "unknown_member");
    refused.expect_fault("unknown_member", "/operations/0/colour");
    let refused = tenant.create("deal", json!({"amount": {"amount": "1", "currency": "EUR", "x": 1}})).await;
    refused.expect_status(422).expect_fault("unknown_member", "/amount/x");
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_heads_that_are_too_large(server: Server) {
    let tenant = crm::tenant(&server).await;
    let long = "x".repeat(100_000);
    let calls = [
        tenant.list("contact").header("x-long", long.clone()),
        tenant.list("contact").query("full_name", &long),
        tenant.get("contact", &long),
        tenant.list("contact").header("accept", long.clone()),
    ];
    for call in calls {
        // The connection may be closed before the answer is read.
        if let Ok(answer) = call.try_send().await {
            assert!((400..500).contains(&answer.status()), "{answer:?}");
        }
    }
    tenant.list("contact").ok().await;
}

async fn refuses_paths_that_are_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    for path in [
        "/v1/records/contact/contact_",
        "/v1/records/contact/contact_01h455vb4pex5vsknk084sn02",
        "/v1/records/contact/contact_81h455vb4pex5vsknk084sn02q",
        "/v1/records/contact/contact_01H455VB4PEX5VSKNK084SN02Q",
        "/v1/records/contact/_01h455vb4pex5vsknk084sn02q",
        "/v1/records/contact/01h455vb4pex5vsknk084sn02q",
        "/v1/records/contact/deal_01h455vb4pex5vsknk084sn02q",
        "/v1/records/Contact",
        "/v1/records/kith_tokens",
        "/v1/records/contact/..",
        "/v1/records/contact/%2e%2e/x",
        "/v1/trash/nothing",
        "/v1/records/nothing/contact_01h455vb4pex5vsknk084sn02q/history",
    ] {
        let refused = tenant.caller().get(path).await;
        assert!(refused.status() == 404, "{path}\n{refused:?}");
    }
}

async fn survives_clients_that_leave(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    // A body that is promised and never sent.
    let address = server.url().replace("http://", "");
    for _ in 0..5 {
        use tokio::io::AsyncWriteExt;
        let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
        let token = tenant.caller().token().unwrap();
        let head = format!(
            "POST /v1/records/deal HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"title\": "
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        drop(connection);
    }
    for garbage in [&b"\x16\x03\x01\x02\x00"[..], b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n"] {
        use tokio::io::AsyncWriteExt;
        let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
        connection.write_all(garbage).await.unwrap();
    }
    tenant.make("deal", json!({"title": "still there"})).await;
    tenant.expect_changes(mark, &["record.created deal"]).await;
}
