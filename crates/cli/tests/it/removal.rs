//! Removal in stages: hidden and kept up to date, brought back, purged without a trace.

mod purge;

use kith_testing::{EventStream, Server, Tenant, each_db, field, object};
use reqwest::Method;
use serde_json::{Value as Json, json};

each_db!(
    a_removed_field_is_nowhere_to_be_seen,
    a_restored_field_has_its_values,
    what_uses_a_field_stands_in_its_way,
    a_name_is_free_at_once,
    hidden_references_stand_in_nobodys_way,
    hidden_rollups_are_kept_up_to_date,
    required_fields_are_not_while_hidden,
    a_removed_object_is_nowhere_to_be_seen,
    a_restored_object_has_its_records,
    streams_go_on_over_what_is_hidden,
);

async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("company").field(field::text("name").required())).await;
    let contact = object("contact")
        .field(field::text("full_name").required())
        .field(field::text("fax"))
        .field(field::integer("rank").default(json!(1)))
        .field(field::auto_number("number"))
        .field(field::reference("company", &["company"]));
    tenant.define(contact).await;
    tenant
}

async fn removed(tenant: &Tenant) -> Json {
    tenant.caller().get("/v1/schema/removed").ok().await["data"].clone()
}

#[expect(clippy::cognitive_complexity, reason = "one story, told from its beginning to its end")]
async fn a_removed_field_is_nowhere_to_be_seen(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "fax": "sekret-1"})).await;
    tenant.patch("contact", &id, json!({"fax": "sekret-2"})).ok().await;
    let gone = tenant.make("contact", json!({"full_name": "Bob", "fax": "sekret-3"})).await;
    tenant.delete("contact", &gone).done().await;
    let mark = tenant.mark().await;
    tenant.drop_field("contact", "fax").done().await;
    tenant.expect_changes(mark, &["schema.changed contact"]).await;
    let later = tenant.mark().await;
    let changed = tenant.patch("contact", &id, json!({"rank": 2})).ok().await;
    assert!(changed.get("fax").is_none());
    let batch = json!([{"op": "update", "object": "contact", "id": id, "record": {"rank": 3}}]);
    let shown = [
        tenant.get("contact", &id).ok().await,
        tenant.list("contact").ok().await,
        tenant.trash("contact").ok().await,
        tenant.history("contact", &id).ok().await,
        tenant.caller().get(&format!("/v1/records/contact/{id}?provenance=true")).ok().await,
        tenant.batch(batch).ok().await,
        tenant.changes(later).ok().await,
        tenant.object("contact").ok().await,
        tenant.schema().ok().await,
        tenant.caller().get("/openapi.json").ok().await,
    ];
    for document in &shown {
        let text = document.to_string();
        assert!(!text.contains("sekret") && !text.contains("\"fax\""), "{text}");
    }
    let fields =
        |change: &Json| change["fields"].as_object().is_some_and(|fields| fields.contains_key("fax"));
    for transaction in tenant.transactions(0).await {
        assert!(!transaction["changes"].as_array().unwrap().iter().any(fields), "{transaction}");
    }
    tenant
        .create("contact", json!({"full_name": "C", "fax": "1"}))
        .await
        .expect_problem(422, "unknown_field");
    tenant.list("contact").query("fax", "1").await.expect_problem(400, "invalid_parameter");
    tenant.create_key("contact", json!({"fields": ["fax"]})).await.expect_problem(422, "unknown_field");
    tenant.patch_field("contact", "fax", json!({"label": "x"})).await.expect_problem(404, "not_found");
    tenant.drop_field("contact", "fax").await.expect_problem(404, "not_found");
    let storage = tenant.caller().get("/v1/schema/objects/contact/storage").ok().await;
    let columns = storage["columns"].as_array().unwrap();
    let column = columns.iter().find(|each| each["removed"] == true).expect("the column is there");
    assert_eq!(column["field"], json!(null));
    let removed = removed(&tenant).await;
    assert_eq!((&removed[0]["object"], &removed[0]["field"]), (&json!("contact"), &json!("fax")));
    assert_eq!(removed[0]["definition"]["type"], "text");
}

#[expect(clippy::cognitive_complexity, reason = "one story, told from its beginning to its end")]
async fn a_restored_field_has_its_values(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "fax": "1"})).await;
    let gone = tenant.make("contact", json!({"full_name": "Bob", "fax": "2"})).await;
    tenant.delete("contact", &gone).done().await;
    tenant.drop_field("contact", "fax").done().await;
    tenant.drop_field("contact", "rank").done().await;
    tenant.drop_field("contact", "number").done().await;
    let new = tenant.make("contact", json!({"full_name": "Eve"})).await;
    tenant.patch("contact", &id, json!({"full_name": "Ada L."})).ok().await;
    tenant.restore("contact", &gone).ok().await;
    let mark = tenant.mark().await;
    let restored = tenant.restore_field("contact", "fax", json!({})).ok().await;
    assert_eq!((&restored["name"], &restored["max_length"]), (&json!("fax"), &json!(255)));
    let bodiless = "/v1/schema/objects/contact/fields/rank/restore";
    tenant.caller().call(Method::POST, bodiless).ok().await;
    tenant.restore_field("contact", "number", json!({})).ok().await;
    tenant.expect_changes(mark, &["schema.changed contact"; 3]).await;
    for (id, fax) in [(&id, json!("1")), (&gone, json!("2")), (&new, json!(null))] {
        assert_eq!(tenant.get("contact", id).ok().await["fax"], fax);
    }
    let record = tenant.get("contact", &new).ok().await;
    assert_eq!((&record["rank"], &record["number"]), (&json!(1), &json!("3")), "kept up to date underneath");
    let history = tenant.history("contact", &id).ok().await;
    assert_eq!(history["data"][0]["fields"]["fax"], json!({"old": null, "new": "1"}));
    assert_eq!(removed(&tenant).await, json!([]));
    tenant.restore_field("contact", "fax", json!({})).await.expect_problem(404, "not_found");
}

async fn what_uses_a_field_stands_in_its_way(server: Server) {
    let tenant = tenant(&server).await;
    tenant.create_field("company", field::sum("ranks", "contact", "company", "rank")).created().await;
    tenant.create_key("contact", json!({"fields": ["rank"], "unique": false})).created().await;
    let double = field::integer("double").set("computed", json!("rank * 2"));
    tenant.create_field("contact", double).created().await;
    let refused = tenant.drop_field("contact", "rank").await.expect_problem(409, "referenced");
    let named: Vec<&str> = refused.faults().iter().map(|fault| fault["detail"].as_str().unwrap()).collect();
    assert_eq!(
        named,
        [
            "the key `contact.rank` uses `contact.rank`",
            "the roll-up `company.ranks` uses `contact.rank`",
            "the computed field `contact.double` uses `contact.rank`",
        ]
    );
    tenant.drop_object("contact").await.expect_problem(409, "referenced");
    tenant.drop_object("company").await.expect_problem(409, "referenced");
    tenant.drop_field("contact", "company").await.expect_problem(409, "referenced");
    tenant.drop_key("contact", "rank").done().await;
    tenant.drop_field("company", "ranks").done().await;
    tenant.drop_field("contact", "double").done().await;
    tenant.drop_field("contact", "rank").done().await;
    for (object, field) in [("contact", "double"), ("company", "ranks")] {
        tenant.restore_field(object, field, json!({})).await.expect_problem(409, "referenced");
    }
    tenant.restore_field("contact", "rank", json!({})).ok().await;
    tenant.restore_field("contact", "double", json!({})).ok().await;
    tenant.restore_field("company", "ranks", json!({})).ok().await;
}

async fn a_name_is_free_at_once(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "fax": "old"})).await;
    tenant.drop_field("contact", "fax").done().await;
    tenant.create_field("contact", field::integer("fax")).created().await;
    tenant.patch("contact", &id, json!({"fax": 5})).ok().await;
    let refused =
        tenant.restore_field("contact", "fax", json!({})).await.expect_problem(409, "already_exists");
    assert!(refused.faults()[0]["hint"].as_str().unwrap().contains("another name"), "{refused:?}");
    let back = tenant.restore_field("contact", "fax", json!({"name": "old_fax"})).ok().await;
    assert_eq!(back["name"], "old_fax");
    let record = tenant.get("contact", &id).ok().await;
    assert_eq!((&record["fax"], &record["old_fax"]), (&json!(5), &json!("old")));
    tenant.drop_field("contact", "fax").done().await;
    tenant.create_field("contact", field::boolean("fax")).created().await;
    tenant.purge_field("contact", "fax").await.expect_problem(400, "invalid_parameter");
    let number = removed(&tenant).await[0]["number"].clone();
    tenant.purge_field("contact", "fax").query("number", number).ok().await;
    assert_eq!(tenant.get("contact", &id).ok().await["fax"], json!(null), "the live one is still there");
}

async fn hidden_references_stand_in_nobodys_way(server: Server) {
    let tenant = tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "company": company})).await;
    let gone = tenant.make("contact", json!({"full_name": "Bob", "company": company})).await;
    tenant.delete("contact", &gone).done().await;
    tenant.delete("company", &company).await.expect_problem(409, "referenced");
    tenant.drop_field("contact", "company").done().await;
    tenant.delete("company", &company).done().await;
    tenant.restore("contact", &gone).ok().await;
    tenant.restore_field("contact", "company", json!({})).ok().await;
    for id in [&id, &gone] {
        assert_eq!(tenant.get("contact", id).ok().await["company"], json!(null), "it was cleared");
    }
}

async fn hidden_rollups_are_kept_up_to_date(server: Server) {
    let tenant = tenant(&server).await;
    tenant.create_field("company", field::sum("ranks", "contact", "company", "rank")).created().await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    tenant.make("contact", json!({"full_name": "Ada", "company": company, "rank": 2})).await;
    tenant.drop_field("company", "ranks").done().await;
    tenant.make("contact", json!({"full_name": "Bob", "company": company, "rank": 3})).await;
    assert!(tenant.get("company", &company).ok().await.get("ranks").is_none());
    tenant.restore_field("company", "ranks", json!({})).ok().await;
    assert_eq!(tenant.get("company", &company).ok().await["ranks"], "5");
}

async fn required_fields_are_not_while_hidden(server: Server) {
    let tenant = tenant(&server).await;
    let old = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.drop_field("contact", "full_name").done().await;
    tenant.restore_field("contact", "full_name", json!({})).ok().await;
    assert_eq!(tenant.get("contact", &old).ok().await["full_name"], "Ada");
    tenant.drop_field("contact", "full_name").done().await;
    let new = tenant.make("contact", json!({})).await;
    tenant.patch("contact", &new, json!({"rank": 2})).ok().await;
    let refused =
        tenant.restore_field("contact", "full_name", json!({})).await.expect_problem(409, "data_conflict");
    assert_eq!(refused.faults()[0]["records"], json!([new]));
    let back = tenant.restore_field("contact", "full_name", json!({"required": false})).ok().await;
    assert_eq!(back["required"], false);
    tenant.patch("contact", &new, json!({"full_name": "Bob"})).ok().await;
    tenant.patch_field("contact", "full_name", json!({"required": true})).ok().await;
}

async fn a_removed_object_is_nowhere_to_be_seen(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "sekret"})).await;
    tenant.drop_object("contact").done().await;
    let calls = [
        tenant.get("contact", &id),
        tenant.list("contact"),
        tenant.trash("contact"),
        tenant.history("contact", &id),
        tenant.create("contact", json!({"full_name": "x"})),
        tenant.patch("contact", &id, json!({"full_name": "x"})),
        tenant.delete("contact", &id),
        tenant.object("contact"),
        tenant.create_field("contact", field::text("x")),
    ];
    for call in calls {
        call.await.expect_problem(404, "not_found");
    }
    tenant
        .batch(json!([{"op": "create", "object": "contact", "record": {"full_name": "x"}}]))
        .await
        .expect_problem(404, "not_found");
    tenant.changes(0).query("object", "contact").await.expect_problem(400, "invalid_parameter");
    let note = object("note").field(field::reference("about", &["contact"]));
    tenant.create_object(note).await.expect_fault("invalid_definition", "/fields/0/to/0");
    for document in [tenant.schema().ok().await, tenant.caller().get("/v1/schema/objects").ok().await] {
        assert!(!document.to_string().contains("\"contact\""), "{document}");
    }
    let described = tenant.caller().get("/openapi.json").ok().await;
    assert!(described["paths"].get("/v1/records/company").is_some());
    assert!(described["paths"].get("/v1/records/contact").is_none());
    for transaction in tenant.transactions(0).await {
        assert!(!transaction.to_string().contains("sekret"), "{transaction}");
    }
    let removed = removed(&tenant).await;
    assert_eq!((&removed[0]["object"], &removed[0]["field"]), (&json!("contact"), &json!(null)));
}

async fn a_restored_object_has_its_records(server: Server) {
    let tenant = tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "company": company})).await;
    tenant.drop_object("contact").done().await;
    tenant.delete("company", &company).done().await;
    let again = tenant.define(object("contact").field(field::integer("size"))).await;
    assert_ne!(again["prefix"], "contact", "a prefix is never given twice");
    tenant.restore_object("contact", json!({})).await.expect_problem(409, "already_exists");
    let back = tenant.restore_object("contact", json!({"name": "person"})).ok().await;
    assert_eq!((&back["name"], &back["prefix"]), (&json!("person"), &json!("contact")));
    let record = tenant.get("person", &id).ok().await;
    assert_eq!((&record["full_name"], &record["company"]), (&json!("Ada"), &json!(null)));
    let history = tenant.history("person", &id).ok().await;
    assert_eq!(
        history["data"].as_array().unwrap().len(),
        2,
        "also what happened while it was hidden: {history}"
    );
    tenant.restore_object("contact", json!({})).await.expect_problem(404, "not_found");
}

async fn streams_go_on_over_what_is_hidden(server: Server) {
    let tenant = tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let contact = tenant.make("contact", json!({"full_name": "Ada", "company": company})).await;
    let mark = tenant.mark().await;
    let mut stream = tenant.stream(mark).await;
    let mut filtered = EventStream::open(tenant.changes(mark).query("object", "contact,company")).await;
    let mut expect = async |kinds: &[&str]| {
        let event = stream.next().await;
        let changes = event.data["changes"].as_array().unwrap();
        let found: Vec<&str> = changes.iter().map(|change| change["type"].as_str().unwrap()).collect();
        assert_eq!(found, kinds, "{}", event.data);
        let shown: Vec<&Json> = changes.iter().filter(|change| change["hidden"] != true).collect();
        assert_eq!(filtered.next().await.data["changes"], json!(shown));
    };
    tenant.drop_field("contact", "fax").done().await;
    expect(&["schema.changed"]).await;
    tenant.patch("contact", &contact, json!({"rank": 5})).ok().await;
    expect(&["record.updated"]).await;
    tenant.drop_object("contact").done().await;
    expect(&["schema.changed"]).await;
    // Clears the reference of the hidden record, of which only the place is told.
    tenant.delete("company", &company).done().await;
    expect(&["record.updated", "record.deleted"]).await;
    tenant.make("company", json!({"name": "Initech"})).await;
    expect(&["record.created"]).await;
    let text = json!(tenant.transactions(mark).await).to_string();
    assert_eq!(text.matches(&contact).count(), 0, "{text}");
    tenant.restore_object("contact", json!({})).ok().await;
    let text = json!(tenant.transactions(mark).await).to_string();
    assert_eq!(text.matches(&contact).count(), 2, "the change before, and the cleared reference: {text}");
}
