//! Renaming: the old name goes on working wherever a name can stand, until it is dropped.

use kith_testing::{EventStream, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    a_field_keeps_its_old_name_as_an_alias,
    an_object_keeps_its_old_name_as_an_alias,
    aliases_work_in_records,
    aliases_work_in_lists_and_streams,
    aliases_work_in_definitions,
    expressions_are_rewritten,
    one_field_is_not_given_by_two_names,
    names_do_not_collide,
    the_journal_speaks_of_the_present_name,
    dropping_an_alias_ends_it,
    two_fields_swap_their_names,
);

async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("company").field(field::text("name").required())).await;
    let contact = object("contact")
        .field(field::text("full_name").required())
        .field(field::email("email").unique())
        .field(field::integer("rank"))
        .field(field::reference("company", &["company"]).on_delete("clear"));
    tenant.define(contact).await;
    tenant
}

async fn a_field_keeps_its_old_name_as_an_alias(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let before = tenant.get("contact", &id).expect(200).await;
    let mark = tenant.mark().await;
    let renamed = tenant.patch_field("contact", "email", json!({"name": "mail"})).ok().await;
    assert_eq!((&renamed["name"], &renamed["aliases"]), (&json!("mail"), &json!(["email"])));
    let after = tenant.get("contact", &id).expect(200).await;
    assert_eq!(after.json()["mail"], "ada@example.com");
    assert!(after.json().get("email").is_none(), "answers use the present name");
    assert_eq!(before.header("etag"), after.header("etag"), "no record was touched");
    tenant.expect_changes(mark, &["schema.changed contact"]).await;
    let columns = tenant.caller().get("/v1/schema/objects/contact/storage").ok().await["columns"].to_string();
    assert!(columns.contains("email_"), "columns are never renamed: {columns}");
    let read = tenant.caller().get("/v1/schema/objects/contact/fields/email").ok().await;
    assert_eq!(read, renamed);
}

async fn an_object_keeps_its_old_name_as_an_alias(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let renamed = tenant.patch_object("contact", json!({"name": "person"})).ok().await;
    assert_eq!((&renamed["name"], &renamed["aliases"]), (&json!("person"), &json!(["contact"])));
    assert_eq!(renamed["prefix"], "contact", "ids stay what they are");
    for name in ["person", "contact"] {
        assert_eq!(tenant.get(name, &id).ok().await["full_name"], "Ada");
        assert_eq!(tenant.list(name).ok().await["data"].as_array().unwrap().len(), 1);
        assert_eq!(tenant.object(name).ok().await["name"], "person");
        tenant.patch(name, &id, json!({"rank": 1})).ok().await;
        tenant.history(name, &id).ok().await;
        tenant.trash(name).ok().await;
    }
    let made = tenant.create("contact", json!({"full_name": "Bob"})).expect(201).await;
    assert!(made.header("location").unwrap().starts_with("/v1/records/person/"), "{made:?}");
    tenant.delete("contact", &id).done().await;
    tenant.restore("contact", &id).ok().await;
    let schema = tenant.schema().ok().await;
    let names: Vec<&Json> = schema["objects"].as_array().unwrap().iter().map(|each| &each["name"]).collect();
    assert_eq!(names, [&json!("company"), &json!("person")]);
}

async fn aliases_work_in_records(server: Server) {
    let tenant = tenant(&server).await;
    tenant.patch_field("contact", "full_name", json!({"name": "name"})).ok().await;
    tenant.patch_field("contact", "email", json!({"name": "mail"})).ok().await;
    tenant.patch_field("contact", "company", json!({"name": "employer"})).ok().await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let made = tenant
        .create("contact", json!({"full_name": "Ada", "email": "ada@example.com", "company": company}))
        .created()
        .await;
    assert_eq!(
        (&made["name"], &made["mail"], &made["employer"]),
        (&json!("Ada"), &json!("ada@example.com"), &json!(company))
    );
    let id = made["id"].as_str().unwrap();
    let changed = tenant.patch("contact", id, json!({"full_name": "Ada L."})).ok().await;
    assert_eq!(changed["name"], "Ada L.");
    let put = tenant.upsert("contact", "email", "ada@example.com", json!({"name": "Ada K."})).ok().await;
    assert_eq!((&put["id"], &put["name"]), (&json!(id), &json!("Ada K.")));
    tenant.upsert("contact", "mail", "bob@example.com", json!({"full_name": "Bob"})).created().await;
    let batch = tenant
        .batch(json!([
            {"op": "create", "object": "company", "record": {"name": "Initech"}, "as": "c"},
            {"op": "upsert", "object": "contact", "by": {"email": "ada@example.com"},
             "record": {"company": {"$ref": "c"}}},
        ]))
        .ok()
        .await;
    assert_eq!(batch["results"][1]["record"]["employer"], batch["results"][0]["record"]["id"]);
    let faults =
        tenant.create("contact", json!({"full_name": "Eve", "email": "none"})).await.expect_status(422);
    faults.expect_fault("invalid_value", "/email");
    tenant.create("contact", json!({"email": "x@example.com"})).await.expect_fault("required", "/name");
}

async fn aliases_work_in_lists_and_streams(server: Server) {
    let tenant = tenant(&server).await;
    tenant.patch_field("contact", "rank", json!({"name": "level"})).ok().await;
    tenant.patch_object("contact", json!({"name": "person"})).ok().await;
    for rank in 1..=3 {
        tenant.make("contact", json!({"full_name": "Ada", "rank": rank})).await;
    }
    let found = tenant.list("contact").query("rank", 2).ok().await;
    assert_eq!((found["data"].as_array().unwrap().len(), &found["data"][0]["level"]), (1, &json!(2)));
    assert_eq!(tenant.list("person").query("is_null", "rank").ok().await["data"], json!([]));
    let first = tenant.list("contact").query("limit", 2).ok().await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = tenant.list("person").query("limit", 2).query("cursor", cursor).ok().await;
    assert_eq!(rest["data"].as_array().unwrap().len(), 1, "one list under either name");
    tenant.list("person").query("rang", 2).await.expect_problem(400, "invalid_parameter");
    let mark = tenant.mark().await;
    let mut stream = EventStream::open(tenant.changes(mark).query("object", "contact")).await;
    tenant.make("company", json!({"name": "Acme"})).await;
    tenant.make("person", json!({"full_name": "Bob", "level": 4})).await;
    let event = stream.next().await;
    assert_eq!(event.data["changes"][0]["object"], "person");
    assert_eq!(event.data["changes"][0]["fields"]["level"]["new"], 4);
    let page = tenant.changes(mark).query("object", "contact").ok().await;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

async fn aliases_work_in_definitions(server: Server) {
    let tenant = tenant(&server).await;
    tenant.patch_field("contact", "rank", json!({"name": "level"})).ok().await;
    tenant.patch_field("contact", "company", json!({"name": "employer"})).ok().await;
    tenant.patch_object("contact", json!({"name": "person"})).ok().await;
    let key =
        tenant.create_key("contact", json!({"fields": ["rank", "company"], "unique": false})).created().await;
    assert_eq!(key["fields"], json!(["level", "employer"]));
    let rollup =
        tenant.create_field("company", field::sum("ranks", "contact", "company", "rank")).created().await;
    assert_eq!(
        (&rollup["from"], &rollup["via"], &rollup["of"]),
        (&json!("person"), &json!("employer"), &json!("level"))
    );
    let note = object("note").field(field::reference("about", &["contact"]));
    assert_eq!(tenant.define(note).await["fields"][0]["to"], json!(["person"]));
    let renamed =
        tenant.caller().patch("/v1/schema/objects/contact/keys/level_employer", &json!({"name": "by_level"}));
    assert_eq!(renamed.ok().await["name"], "by_level");
    tenant.drop_key("person", "by_level").done().await;
}

async fn expressions_are_rewritten(server: Server) {
    let tenant = tenant(&server).await;
    let double = field::integer("double").set("computed", json!("rank * 2")).set("stored", json!(true));
    tenant.create_field("contact", double).created().await;
    let greeting = field::text("greeting").set("computed", json!("'Hello ' + full_name"));
    tenant.create_field("contact", greeting).created().await;
    let high = field::count("high", "contact", "company").set("where", json!("rank > 10"));
    tenant.create_field("company", high).created().await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "rank": 20, "company": company})).await;
    tenant.patch_field("contact", "rank", json!({"name": "level"})).ok().await;
    tenant.patch_field("contact", "full_name", json!({"name": "name"})).ok().await;
    let schema = tenant.schema().ok().await.to_string();
    for text in ["\"level * 2\"", "\"level > 10\"", "'Hello ' + name"] {
        assert!(schema.contains(text), "{text} in {schema}");
    }
    let record = tenant.patch("contact", &id, json!({"level": 30})).ok().await;
    assert_eq!((&record["double"], &record["greeting"]), (&json!(60), &json!("Hello Ada")));
    assert_eq!(tenant.get("company", &company).ok().await["high"], 1);
    tenant.patch_field("contact", "level", json!({"aliases": []})).ok().await;
    let record = tenant.patch("contact", &id, json!({"level": 5})).ok().await;
    assert_eq!(record["double"], 10);
    assert_eq!(tenant.get("company", &company).ok().await["high"], 0);
}

async fn one_field_is_not_given_by_two_names(server: Server) {
    let tenant = tenant(&server).await;
    tenant.patch_field("contact", "email", json!({"name": "mail"})).ok().await;
    let both = json!({"full_name": "Ada", "email": "a@example.com", "mail": "b@example.com"});
    let refused = tenant.create("contact", both).await.expect_problem(422, "invalid_value");
    let refused = refused.expect_faults(&[("invalid_value", "/email")]);
    assert_eq!(refused.faults()[0]["hint"], "give `mail` alone");
    tenant
        .batch(json!([{"op": "upsert", "object": "contact", "by": {"email": "a@example.com", "mail": "a@example.com"},
            "record": {"full_name": "Ada"}}]))
        .await
        .expect_fault("invalid_value", "/operations/0/by/email");
}

async fn names_do_not_collide(server: Server) {
    let tenant = tenant(&server).await;
    tenant.patch_field("contact", "email", json!({"name": "mail"})).ok().await;
    tenant.create_field("contact", field::text("email")).await.expect_problem(409, "already_exists");
    tenant
        .patch_field("contact", "rank", json!({"name": "email"}))
        .await
        .expect_problem(409, "already_exists");
    tenant
        .patch_field("contact", "rank", json!({"name": "mail"}))
        .await
        .expect_problem(409, "already_exists");
    tenant.patch_object("contact", json!({"name": "company"})).await.expect_problem(409, "already_exists");
    tenant.patch_object("contact", json!({"name": "person"})).ok().await;
    tenant.create_object(object("contact")).await.expect_problem(409, "already_exists");
    tenant.patch_field("person", "mail", json!({"name": "id"})).await.expect_problem(422, "invalid_name");
    let back = tenant.patch_field("person", "mail", json!({"name": "email"})).ok().await;
    assert_eq!(back["aliases"], json!(["mail"]), "its own earlier name is free for it");
    tenant
        .patch_field("person", "email", json!({"aliases": ["mail", "more"]}))
        .await
        .expect_problem(422, "invalid_definition");
}

async fn the_journal_speaks_of_the_present_name(server: Server) {
    let tenant = tenant(&server).await;
    let mark = tenant.mark().await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "rank": 1})).await;
    tenant.patch_field("contact", "rank", json!({"name": "level"})).ok().await;
    tenant.patch_object("contact", json!({"name": "person"})).ok().await;
    let history = tenant.history("contact", &id).ok().await;
    assert_eq!(history["data"][0]["fields"]["level"], json!({"old": null, "new": 1}));
    let created = &tenant.transactions(mark).await[0]["changes"][0];
    assert_eq!((&created["object"], &created["fields"]["level"]["new"]), (&json!("person"), &json!(1)));
    let provenance = tenant.caller().get(&format!("/v1/records/contact/{id}?provenance=true")).ok().await;
    assert!(provenance["provenance"]["level"].is_object(), "{provenance}");
    let changes = tenant.transactions(mark).await;
    let renamed = &changes[1]["changes"][0]["change"];
    assert_eq!((&renamed["before"]["name"], &renamed["after"]["name"]), (&json!("rank"), &json!("level")));
}

async fn dropping_an_alias_ends_it(server: Server) {
    let tenant = tenant(&server).await;
    tenant.patch_field("contact", "rank", json!({"name": "level"})).ok().await;
    let patched = tenant.patch_field("contact", "rank", json!({"aliases": []})).ok().await;
    assert_eq!(patched["aliases"], json!([]));
    tenant
        .create("contact", json!({"full_name": "Ada", "rank": 1}))
        .await
        .expect_problem(422, "unknown_field");
    tenant.patch_object("contact", json!({"name": "person"})).ok().await;
    tenant.patch_object("person", json!({"aliases": null})).ok().await;
    tenant.list("contact").await.expect_problem(404, "not_found");
    tenant.define(object("contact").field(field::text("rank"))).await;
    tenant.make("contact", json!({"rank": "high"})).await;
}

async fn two_fields_swap_their_names(server: Server) {
    let tenant = tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com", "rank": 7})).await;
    tenant.create_field("contact", field::integer("grade")).created().await;
    tenant.patch("contact", &id, json!({"grade": 9})).ok().await;
    for (from, to) in [("rank", "spare"), ("grade", "rank"), ("spare", "grade")] {
        tenant.patch_field("contact", from, json!({"name": to, "aliases": []})).ok().await;
    }
    let record = tenant.get("contact", &id).ok().await;
    assert_eq!((&record["rank"], &record["grade"]), (&json!(9), &json!(7)));
}
