//! The change stream by long poll, and what is no longer there.

use std::time::{Duration, Instant};

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

use crate::crm;

each_db!(
    reads_whole_transactions_in_order,
    filters_by_object,
    waits_for_what_comes,
    waits_no_longer_than_asked,
    wakes_every_reader,
    tells_schema_and_token_changes_where_they_happened,
    refuses_positions_of_another_history,
    refuses_wrong_parameters,
    starts_at_a_named_cursor,
    ends_a_wait_when_the_server_stops,
    says_what_retention_removed,
);

async fn reads_whole_transactions_in_order(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let operations = json!([
        {"op": "create", "object": "deal", "record": {"seats": 1}},
        {"op": "create", "object": "deal", "record": {"seats": 2}},
        {"op": "create", "object": "deal", "record": {"seats": 3}},
    ]);
    let first = tenant.batch(operations).expect(200).await.position();
    let second = tenant.create("deal", json!({"seats": 4})).expect(201).await.position();
    assert_eq!((first, second), (mark + 3, mark + 4));
    let page = tenant.changes(mark).query("limit", 1).expect(200).await;
    assert_eq!(page.data().len(), 1, "transactions are never cut");
    let transaction = &page.data()[0];
    assert_eq!((&transaction["first_position"], &transaction["position"]), (&json!(mark + 1), &json!(first)));
    assert_eq!(transaction["origin"], "rest");
    assert_eq!(transaction["changes"].as_array().unwrap().len(), 3);
    let members = ["position", "type", "object", "id", "version", "fields"];
    for member in members {
        assert!(!transaction["changes"][0][member].is_null(), "{member} in {transaction}");
    }
    assert_eq!((&page.json()["position"], &page.json()["last_position"]), (&json!(first), &json!(second)));
    assert_eq!(page.json()["history"].as_str(), Some(page.history()));
    let rest = tenant.changes(first).query("limit", 1).expect(200).await;
    assert_eq!(rest.data()[0]["position"], second);
    let end = tenant.changes(second).expect(200).await;
    assert_eq!((end.data().len(), &end.json()["position"]), (0, &json!(second)));
    let same = tenant.changes(format!("{second}:{}", end.history())).expect(200).await;
    assert_eq!(same.json(), end.json());
}

async fn filters_by_object(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    tenant.make("deal", json!({"company": company, "seats": 2})).await;
    let last = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let page = tenant.changes(mark).query("object", "company").expect(200).await;
    let kinds: Vec<_> = page
        .data()
        .iter()
        .flat_map(|transaction| transaction["changes"].as_array().unwrap())
        .map(|change| change["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["record.created", "record.derived"]);
    assert_eq!(page.json()["position"], page.json()["last_position"], "it looked through everything");
    let page = tenant.changes(mark).query("object", "contact,deal").expect(200).await;
    assert_eq!(page.data().len(), 2);
    assert_eq!(page.data()[1]["changes"][0]["id"], last.as_str());
    tenant.changes(mark).query("object", "nothing").await.expect_problem(400, "invalid_parameter");
}

async fn waits_for_what_comes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let waiting = tokio::spawn({
        let tenant = tenant.clone();
        async move { tenant.changes(mark).query("wait", "30s").expect(200).await }
    });
    tokio::task::yield_now().await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let begun = Instant::now();
    let page = waiting.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "it is woken, not timed out");
    assert_eq!(page.data()[0]["changes"][0]["id"], id.as_str());
}

async fn waits_no_longer_than_asked(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let begun = Instant::now();
    let page = tenant.changes(mark).query("wait", "300ms").await;
    if page.status() == 400 {
        // Whole seconds are all that is promised.
        let page = tenant.changes(mark).query("wait", "1s").expect(200).await;
        assert_eq!(page.data().len(), 0);
        return;
    }
    assert_eq!(page.expect_status(200).data().len(), 0);
    assert!(begun.elapsed() >= Duration::from_millis(290), "{:?}", begun.elapsed());
    // A change of another object does not end the wait with a page that is not empty.
    tenant.make("contact", json!({"full_name": "Ada"})).await;
    let page = tenant.changes(mark).query("object", "deal").query("wait", "300ms").expect(200).await;
    assert_eq!(page.data().len(), 0);
    assert_eq!(page.json()["position"], mark + 1);
}

async fn wakes_every_reader(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let readers: Vec<_> = (0..20)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move { tenant.changes(mark).query("wait", "30s").expect(200).await })
        })
        .collect();
    tokio::task::yield_now().await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    for reader in readers {
        assert_eq!(reader.await.unwrap().data()[0]["changes"][0]["id"], id.as_str());
    }
}

async fn tells_schema_and_token_changes_where_they_happened(server: Server) {
    let tenant = server.tenant().await;
    let mark = tenant.mark().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    tenant.make("contact", json!({"name": "Ada"})).await;
    tenant.create_field("contact", field::integer("age")).created().await;
    let (token, _) = tenant.another_token("x").await;
    tenant.caller().delete(&format!("/v1/tokens/{token}")).done().await;
    let transactions = tenant.transactions(mark).await;
    let kinds: Vec<_> =
        transactions.iter().map(|each| each["changes"][0]["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["schema.changed", "record.created", "schema.changed", "token.created", "token.revoked"]
    );
    assert_eq!(transactions[0]["changes"][0]["schema_version"], 1);
    assert_eq!(transactions[1]["schema_version"], 1);
    assert_eq!(transactions[2]["changes"][0]["schema_version"], 2);
    assert_eq!(transactions[3]["changes"][0]["token"], json!({"id": token, "name": "x", "rights": []}));
    assert_eq!(transactions[4]["changes"][0]["token"]["id"], token.as_str());
    let change = &transactions[2]["changes"][0]["change"];
    assert_eq!((&change["action"], &change["field"]), (&json!("field.created"), &json!("age")));
    assert_eq!((&change["before"], &change["after"]["type"]), (&json!(null), &json!("integer")));
    assert!(!tenant.changes(mark).expect(200).await.text().contains("kith_t_"), "no secret is journaled");
}

async fn refuses_positions_of_another_history(server: Server) {
    let tenant = crm::tenant(&server).await;
    let now = tenant.schema().expect(200).await;
    let beyond = now.position() + 1;
    tenant.changes(beyond).await.expect_problem(410, "history_changed");
    let other = crm::tenant(&server).await;
    let foreign = other.schema().expect(200).await.history().to_owned();
    assert_ne!(foreign, now.history());
    tenant.changes(format!("1:{foreign}")).await.expect_problem(410, "history_changed");
    tenant.changes(format!("{beyond}:{}", now.history())).await.expect_problem(410, "history_changed");
    let refused = tenant.changes(beyond).header("accept", "text/event-stream").await;
    refused.expect_problem(410, "history_changed");
}

async fn refuses_wrong_parameters(server: Server) {
    let tenant = crm::tenant(&server).await;
    for after in [
        "-1",
        "x",
        "1.5",
        "1:",
        "1:x",
        ":",
        "99999999999999999999",
        "0x1",
        "1:tenant_01h455vb4pex5vsknk084sn02q",
    ] {
        tenant.changes(after).await.expect_problem(400, "invalid_parameter");
    }
    for (name, value) in
        [("wait", "61s"), ("wait", "x"), ("wait", "-1s"), ("limit", "0"), ("limit", "x"), ("colour", "red")]
    {
        let refused = tenant.changes(0).query(name, value).await;
        refused.expect_problem(400, "invalid_parameter");
    }
    tenant.changes(0).header("accept", "image/png").await.expect_problem(406, "not_acceptable");
}

async fn starts_at_a_named_cursor(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let mark = tenant.mark().await;
    tenant.put_cursor("mine", json!({"position": mark - 1})).ok().await;
    let page = tenant.caller().get("/v1/changes?cursor=mine").expect(200).await;
    assert_eq!(page.data()[0]["changes"][0]["id"], id.as_str());
    tenant.caller().get("/v1/changes?cursor=nobody").await.expect_problem(404, "not_found");
}

async fn ends_a_wait_when_the_server_stops(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let waiting = tokio::spawn({
        let tenant = tenant.clone();
        async move { tenant.changes(mark).query("wait", "60s").may_fail().try_send().await }
    });
    let mut stream = tenant.stream(mark).await;
    let begun = Instant::now();
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // What the reader sees is an empty page or a connection that ends; never a change.
    if let Ok(answer) = waiting.await.unwrap() {
        assert!(answer.status() == 200 || answer.status() == 503, "{answer:?}");
    }
    assert_eq!(stream.next_or_end().await, None);
    server.start_again().await;
    assert_eq!(tenant.changes(mark).expect(200).await.data().len(), 0);
}

async fn says_what_retention_removed(server: Server) {
    let tenant = crm::tenant(&server).await;
    let made = tenant.create("contact", json!({"full_name": "Ada"})).expect(201).await;
    let old = tenant.mark().await;
    tenant.put_cursor("slow", json!({"position": 1})).ok().await;
    server.expire_changes(&tenant).await;
    let new = tenant.make("contact", json!({"full_name": "Bob"})).await;
    for call in [
        tenant.changes(0),
        tenant.changes(old - 1),
        tenant.changes(format!("{}:{}", old - 1, made.history())),
        tenant.changes(0).header("accept", "text/event-stream"),
        tenant.caller().get("/v1/changes?cursor=slow"),
    ] {
        let refused = call.await.expect_problem(410, "position_expired");
        assert!(refused.faults()[0]["hint"].is_string(), "{refused:?}");
    }
    let page = tenant.changes(old).expect(200).await;
    assert_eq!((page.data().len(), &page.data()[0]["changes"][0]["id"]), (1, &json!(new)));
    // Who set what, when and through which door is remembered longer than what it was.
    let record = tenant.get("contact", &made.id()).query("provenance", true).ok().await;
    let provenance = &record["provenance"]["full_name"];
    assert_eq!((&provenance["position"], &provenance["at"]), (&json!(old), &made.json()["created_at"]));
    assert_eq!(tenant.history("contact", &made.id()).expect(200).await.data().len(), 0);
    tenant.patch("contact", &made.id(), json!({"full_name": "Ada King"})).ok().await;
    assert_eq!(tenant.history("contact", &made.id()).expect(200).await.data().len(), 1);
}
