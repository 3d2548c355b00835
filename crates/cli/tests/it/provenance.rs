//! Who set each field, and what a record has been through.

use kith_testing::{Server, each_db};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    says_who_set_each_field,
    names_derived_fields,
    survives_deletion,
    shows_the_history_of_a_record,
    pages_through_history,
    journals_the_trace_of_a_request,
);

async fn says_who_set_each_field(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (_, other) = tenant.another_token("importer").await;
    let me = tenant.caller().get("/v1/whoami").ok().await["actor"].clone();
    let them = other.caller().get("/v1/whoami").ok().await["actor"].clone();
    let made = tenant.create("contact", json!({"full_name": "Ada", "stage": "lead"})).expect(201).await;
    let id = made.id();
    assert_eq!((&made.json()["created_by"], &made.json()["owner"]), (&me, &me));
    let changed =
        other.patch("contact", &id, json!({"stage": "won", "email": "a@example.com"})).expect(200).await;
    assert_eq!((&changed.json()["created_by"], &changed.json()["updated_by"]), (&me, &them));
    let record = tenant.get("contact", &id).query("provenance", true).ok().await;
    let provenance = &record["provenance"];
    let of = |position: i64, at: &Json, actor: &Json| json!({"position": position, "at": at, "actor": actor, "origin": "rest"});
    assert_eq!(provenance["full_name"], of(made.position(), &made.json()["created_at"], &me));
    assert_eq!(provenance["stage"], of(changed.position(), &changed.json()["updated_at"], &them));
    assert_eq!(provenance["email"], provenance["stage"]);
    assert_eq!(provenance.get("company"), None, "nobody ever set it");
    // Clearing is setting as well; writing the same value is not.
    tenant.patch("contact", &id, json!({"email": null, "stage": "won"})).ok().await;
    let record = tenant.get("contact", &id).query("provenance", true).ok().await;
    assert_eq!(record["provenance"]["email"]["actor"], me);
    assert_eq!(record["provenance"]["stage"]["actor"], them);
    let plain = tenant.get("contact", &id).ok().await;
    assert_eq!(plain.get("provenance"), None);
}

async fn names_derived_fields(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    tenant.make("deal", json!({"company": company, "seats": 1})).await;
    let record = tenant.get("company", &company).query("provenance", true).ok().await;
    assert_eq!(record["provenance"]["seats"], json!({"derived": true}));
    assert!(record["provenance"]["name"]["position"].is_i64(), "{record}");
}

async fn survives_deletion(server: Server) {
    let tenant = crm::tenant(&server).await;
    let made = tenant.create("contact", json!({"full_name": "Ada"})).expect(201).await;
    tenant.delete("contact", &made.id()).done().await;
    tenant.restore("contact", &made.id()).ok().await;
    let record = tenant.get("contact", &made.id()).query("provenance", true).ok().await;
    assert_eq!(record["provenance"]["full_name"]["position"], made.position());
}

async fn shows_the_history_of_a_record(server: Server) {
    let tenant = crm::tenant(&server).await;
    let me = tenant.caller().get("/v1/whoami").ok().await["actor"].clone();
    let made = tenant.create("contact", json!({"full_name": "Ada", "stage": "lead"})).expect(201).await;
    let id = made.id();
    let won = tenant.patch("contact", &id, json!({"stage": "won"})).expect(200).await;
    tenant.delete("contact", &id).done().await;
    tenant.restore("contact", &id).ok().await;
    let history = tenant.history("contact", &id).expect(200).await;
    let kinds: Vec<_> = history.data().iter().map(|change| change["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["record.created", "record.updated", "record.deleted", "record.restored"]);
    assert_eq!(
        history.data()[1],
        json!({"position": won.position(), "type": "record.updated", "at": won.json()["updated_at"],
               "actor": me, "origin": "rest", "version": 2,
               "fields": {"stage": {"old": "lead", "new": "won"}}})
    );
    assert_eq!(history.data()[0]["fields"]["full_name"], json!({"old": null, "new": "Ada"}));
    tenant.purge("contact", &id).done().await;
    let history = tenant.history("contact", &id).expect(200).await;
    assert_eq!(history.data().len(), 5);
    for change in &history.data()[..4] {
        assert_eq!((&change["erased"], change.get("fields")), (&json!(true), None));
    }
    tenant.history("contact", "contact_01h455vb4pex5vsknk084sn02q").await.expect_problem(404, "not_found");
}

async fn pages_through_history(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("deal", json!({"seats": 0})).await;
    for seats in 1..7 {
        tenant.patch("deal", &id, json!({"seats": seats})).ok().await;
    }
    let (mut cursor, mut versions) = (None::<String>, Vec::new());
    loop {
        let mut call = tenant.history("deal", &id).query("limit", 3);
        if let Some(cursor) = &cursor {
            call = call.query("cursor", cursor);
        }
        let page = call.expect(200).await;
        versions.extend(page.data().iter().map(|change| change["version"].as_i64().unwrap()));
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7]);
}

async fn journals_the_trace_of_a_request(server: Server) {
    let tenant = crm::tenant(&server).await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let made =
        tenant.create("contact", json!({"full_name": "Ada"})).header("traceparent", trace).expect(201).await;
    let id_of = |text: &str| text.split('-').nth(1).map(str::to_owned);
    assert_eq!(made.header("traceparent").and_then(id_of), id_of(trace));
    let page = tenant.changes(made.position() - 1).expect(200).await;
    assert_eq!(page.data()[0]["trace"].as_str().and_then(id_of), id_of(trace));
    let made = tenant.create("contact", json!({"full_name": "Bob"})).header("traceparent", "nonsense").await;
    assert_eq!(made.expect_status(201).header("traceparent"), None, "one that is not valid counts as none");
}
