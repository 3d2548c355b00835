//! Objects: made, read, changed and dropped while the system is in use.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

each_db!(
    creates_reads_and_lists,
    raises_the_schema_version_and_journals,
    is_used_by_the_very_next_request,
    changes_label_and_description,
    refuses_names,
    gathers_every_fault_of_a_definition,
    refuses_a_second_object_of_the_same_name,
    never_gives_a_prefix_twice,
    removes_an_object,
    purges_an_object_with_records_only_when_told_to,
    refuses_to_drop_what_others_refer_to,
    refers_to_itself,
    shows_how_it_is_stored,
    refuses_what_does_not_exist,
);

async fn creates_reads_and_lists(server: Server) {
    let tenant = server.tenant().await;
    let contact = object("contact")
        .set("label", json!("Contact"))
        .set("description", json!("A person we talk to"))
        .field(field::text("full_name").required())
        .field(field::email("email").unique().classified("personal"))
        .field(field::select("stage", &["lead"]).indexed());
    let answer = tenant.create_object(contact).expect(201).await;
    assert_eq!(answer.header("location"), Some("/v1/schema/objects/contact"));
    let expected = json!({
        "name": "contact", "aliases": [], "label": "Contact", "description": "A person we talk to",
        "prefix": "contact",
        "fields": [
            {"name": "full_name", "aliases": [], "type": "text", "label": "Full name", "description": null,
             "classification": "internal", "required": true, "default": null, "max_length": 255},
            {"name": "email", "aliases": [], "type": "email", "label": "Email", "description": null,
             "classification": "personal", "required": false, "default": null},
            {"name": "stage", "aliases": [], "type": "select", "label": "Stage", "description": null,
             "classification": "internal", "required": false, "default": null,
             "options": [{"value": "lead", "label": "Lead"}]},
        ],
        "keys": [
            {"name": "email", "fields": ["email"], "unique": true, "case_insensitive": false},
            {"name": "stage", "fields": ["stage"], "unique": false, "case_insensitive": false},
        ],
        "rules": [],
    });
    assert_eq!(*answer.json(), expected);
    assert_eq!(tenant.object("contact").ok().await, expected);
    assert_eq!(tenant.schema().ok().await, json!({"version": 1, "objects": [expected]}));
    tenant.define(object("company")).await;
    let page = tenant.caller().get("/v1/schema/objects").expect(200).await;
    assert_eq!((page.data().len(), &page.json()["next_cursor"]), (2, &json!(null)), "all on one page");
}

async fn raises_the_schema_version_and_journals(server: Server) {
    let tenant = server.tenant().await;
    let mark = tenant.mark().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    tenant.create_field("contact", field::email("email")).created().await;
    tenant.patch_field("contact", "email", json!({"label": "Mail"})).ok().await;
    tenant.create_key("contact", json!({"fields": ["email"], "unique": true})).created().await;
    tenant.drop_key("contact", "email").done().await;
    tenant.drop_field("contact", "email").done().await;
    tenant.drop_object("contact").done().await;
    let transactions = tenant.transactions(mark).await;
    let versions: Vec<_> = transactions.iter().map(|each| each["schema_version"].as_i64().unwrap()).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7]);
    for transaction in &transactions {
        let changes = transaction["changes"].as_array().unwrap();
        assert_eq!(changes.len(), 1, "one change of the schema is one entry: {transaction}");
        assert_eq!(changes[0]["type"], "schema.changed");
        assert!(changes[0]["change"].is_object(), "{transaction}");
    }
    assert_eq!(tenant.schema().ok().await, json!({"version": 7, "objects": []}));
}

async fn is_used_by_the_very_next_request(server: Server) {
    let tenant = server.tenant().await;
    for number in 0..10 {
        let name = format!("object{number}");
        tenant.define(object(&name).field(field::text("a"))).await;
        tenant.make(&name, json!({"a": "x"})).await;
        tenant.create_field(&name, field::integer("b")).created().await;
        tenant.make(&name, json!({"a": "x", "b": number})).await;
    }
}

async fn changes_label_and_description(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    let changed =
        tenant.patch_object("contact", json!({"label": "Person", "description": "Somebody"})).ok().await;
    assert_eq!((&changed["label"], &changed["description"]), (&json!("Person"), &json!("Somebody")));
    let changed = tenant.patch_object("contact", json!({"description": null})).ok().await;
    assert_eq!((&changed["label"], &changed["description"]), (&json!("Person"), &json!(null)));
    for fixed in [json!({"prefix": "person"}), json!({"fields": []})] {
        tenant.patch_object("contact", fixed).await.expect_problem(422, "invalid_definition");
    }
    tenant
        .patch_object("contact", json!({"lable": "Person"}))
        .await
        .expect_problem(422, "unknown_member")
        .expect_fault("unknown_member", "/lable");
}

async fn refuses_names(server: Server) {
    let tenant = server.tenant().await;
    let long = "x".repeat(41);
    for name in
        ["", "Contact", "9lives", "a__b", "a_", "_a", "kith_x", "schema", "token", "über", "a b", &long]
    {
        tenant
            .create_object(object(name))
            .await
            .expect_problem(422, "invalid_name")
            .expect_fault("invalid_name", "/name");
    }
    for name in ["id", "version", "created_at", "owner", "provenance", "limit", "order", "where", "X"] {
        tenant
            .create_object(object("contact").field(field::text("ok")).field(field::text(name)))
            .await
            .expect_problem(422, "invalid_name")
            .expect_fault("invalid_name", "/fields/1/name");
    }
    let refused = tenant.create_object(object("FirstName")).await.expect_problem(422, "invalid_name");
    assert_eq!(refused.faults()[0]["hint"], "use `first_name`");
    assert_eq!(tenant.schema().ok().await["objects"], json!([]), "nothing was made");
}

async fn gathers_every_fault_of_a_definition(server: Server) {
    let tenant = server.tenant().await;
    let wrong = object("contact")
        .set("lable", json!("x"))
        .field(field::text("Name"))
        .field(field::text("a").set("type", json!("txt")))
        .field(field::select("b", &["x", "x"]))
        .field(field::decimal("c", 30, 2));
    let refused = tenant.create_object(wrong).await.expect_status(422);
    let refused =
        refused.expect_fault("unknown_member", "/lable").expect_fault("invalid_name", "/fields/0/name");
    let pointers: Vec<_> = refused.faults().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    for place in ["/fields/1", "/fields/2", "/fields/3"] {
        assert!(pointers.iter().any(|pointer| pointer.starts_with(place)), "{place} in {pointers:?}");
    }
    let near = refused.faults().iter().find(|fault| fault["pointer"] == "/fields/1/type").unwrap();
    assert!(near["hint"].as_str().is_some_and(|hint| hint.contains("`text`")), "{near}");
}

async fn refuses_a_second_object_of_the_same_name(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact")).await;
    let mark = tenant.mark().await;
    tenant.create_object(object("contact")).await.expect_problem(409, "already_exists");
    let twice = object("company").field(field::text("a")).field(field::text("a"));
    assert!(tenant.create_object(twice).await.status() >= 400);
    tenant.expect_changes(mark, &[]).await;
}

async fn never_gives_a_prefix_twice(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").set("prefix", json!("con"))).await;
    let id = tenant.make("contact", json!({})).await;
    assert!(id.starts_with("con_"), "{id}");
    tenant.purge_object("contact").ok().await;
    let again = tenant.create_object(object("person").set("prefix", json!("con"))).await;
    assert!(again.status() == 409 || again.status() == 422, "{again:?}");
    for reserved in ["org", "tenant", "token", "history", "user", "request"] {
        let refused = tenant.create_object(object("thing").set("prefix", json!(reserved))).await;
        assert!(refused.status() == 409 || refused.status() == 422, "{refused:?}");
    }
    // The name is free again, and gets another prefix than the one that is spent.
    let again = tenant.define(object("contact")).await;
    assert_ne!(again["prefix"], "con");
}

async fn removes_an_object(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact")).await;
    tenant.drop_object("contact").done().await;
    tenant.object("contact").await.expect_problem(404, "not_found");
    tenant.create("contact", json!({})).await.expect_problem(404, "not_found");
    tenant.list("contact").await.expect_problem(404, "not_found");
}

async fn purges_an_object_with_records_only_when_told_to(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact")).await;
    let id = tenant.make("contact", json!({})).await;
    let purge = || tenant.drop_object("contact").query("hard", true);
    let refused = purge().await.expect_problem(409, "data_conflict");
    assert_eq!(refused.faults()[0]["records"], json!([id]));
    tenant.delete("contact", &id).done().await;
    purge().await.expect_problem(409, "data_conflict");
    purge().query("with_records", true).ok().await;
    tenant.get("contact", &id).await.expect_problem(404, "not_found");
    let changes = tenant.transactions(0).await;
    assert!(
        changes.iter().any(|each| each["changes"][0]["id"] == id.as_str()),
        "the journal keeps what it says"
    );
}

async fn refuses_to_drop_what_others_refer_to(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    // The deal is needed by the company's roll-ups.
    for object in ["company", "contact", "deal"] {
        tenant.drop_object(object).await.expect_problem(409, "referenced");
    }
    for (object, field) in [("deal", "company"), ("deal", "amount")] {
        tenant.drop_field(object, field).await.expect_problem(409, "referenced");
    }
    for field in ["deals", "amount", "seats"] {
        tenant.drop_field("company", field).done().await;
    }
    for object in ["deal", "contact", "company"] {
        tenant.drop_object(object).done().await;
    }
}

async fn refers_to_itself(server: Server) {
    let tenant = server.tenant().await;
    tenant
        .define(object("contact").field(field::reference("manager", &["contact"]).on_delete("clear")))
        .await;
    let boss = tenant.make("contact", json!({})).await;
    let clerk = tenant.make("contact", json!({"manager": boss})).await;
    assert_eq!(tenant.get("contact", &clerk).ok().await["manager"], boss.as_str());
    tenant.patch("contact", &boss, json!({"manager": boss})).ok().await;
    tenant.delete("contact", &boss).done().await;
    assert_eq!(tenant.get("contact", &clerk).ok().await["manager"], json!(null));
    tenant.purge_object("contact").ok().await;
}

async fn shows_how_it_is_stored(server: Server) {
    let tenant = crate::crm::tenant(&server).await;
    let storage = tenant.caller().get("/v1/schema/objects/contact/storage").ok().await;
    assert_eq!(storage["object"], "contact");
    assert!(storage["table"].as_str().is_some_and(|table| table.starts_with("contact_")), "{storage}");
    let columns = storage["columns"].as_array().unwrap();
    for field in ["full_name", "email", "company", "stage"] {
        assert!(columns.iter().any(|column| column["field"] == field), "{field} in {columns:#?}");
    }
    assert!(columns.iter().any(|column| column["name"] == "id"), "{columns:#?}");
    let indexes = storage["indexes"].as_array().unwrap();
    assert_eq!(storage["primary_key"]["columns"], json!(["id"]));
    let key = &storage["foreign_keys"][0];
    assert!(key["references"].as_str().is_some_and(|table| table.starts_with("company_")), "{key}");
    let email = indexes.iter().find(|index| index["key"] == "email").unwrap();
    assert_eq!(email["unique"], true);
    assert!(indexes.iter().any(|index| index["key"] == "stage" && index["unique"] == false), "{indexes:#?}");
}

async fn refuses_what_does_not_exist(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("full_name"))).await;
    let missing = tenant.object("contakt").await.expect_problem(404, "not_found");
    assert!(
        missing.faults()[0]["hint"].as_str().is_some_and(|hint| hint.contains("`contact`")),
        "{missing:?}"
    );
    tenant.patch_object("nothing", json!({"label": "x"})).await.expect_problem(404, "not_found");
    tenant.drop_object("nothing").await.expect_problem(404, "not_found");
    tenant.create_field("nothing", field::text("a")).await.expect_problem(404, "not_found");
    tenant.patch_field("contact", "nothing", json!({"label": "x"})).await.expect_problem(404, "not_found");
    tenant.drop_field("contact", "nothing").await.expect_problem(404, "not_found");
    tenant.drop_key("contact", "nothing").await.expect_problem(404, "not_found");
}
