//! Fields: added, changed and dropped beside records that exist.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::json;

each_db!(
    adds_a_field_to_existing_records,
    refuses_required_where_records_have_no_value,
    gives_defaults_to_new_records_only,
    can_be_sent_what_it_says_of_itself,
    widens_and_narrows_bounds,
    changes_options,
    adds_targets_to_a_reference,
    refuses_another_type,
    drops_a_field_and_its_values,
    refuses_to_drop_a_field_that_a_key_needs,
    reuses_the_name_of_a_dropped_field,
    numbers_new_records,
);

async fn contact(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("name"))).await;
    tenant
}

async fn adds_a_field_to_existing_records(server: Server) {
    let tenant = contact(&server).await;
    let old = tenant.make("contact", json!({"name": "Ada"})).await;
    let made = tenant.create_field("contact", field::email("email")).expect(201).await;
    assert_eq!(made.header("location"), Some("/v1/schema/objects/contact/fields/email"));
    assert_eq!((&made.json()["name"], &made.json()["type"]), (&json!("email"), &json!("email")));
    let read = tenant.caller().get("/v1/schema/objects/contact/fields/email").ok().await;
    assert_eq!(read, *made.json());
    let before = tenant.get("contact", &old).ok().await;
    assert_eq!((&before["email"], &before["version"]), (&json!(null), &json!(1)));
    tenant.patch("contact", &old, json!({"email": "ada@example.com"})).ok().await;
    tenant.create_field("contact", field::email("email")).await.expect_problem(409, "already_exists");
}

async fn refuses_required_where_records_have_no_value(server: Server) {
    let tenant = contact(&server).await;
    tenant.create_field("contact", field::integer("age").required()).created().await;
    tenant
        .create("contact", json!({}))
        .await
        .expect_problem(422, "required")
        .expect_fault("required", "/age");
    let id = tenant.make("contact", json!({"age": 36})).await;
    let refused = tenant.create_field("contact", field::text("city").required()).await;
    let refused = refused.expect_problem(409, "data_conflict");
    assert_eq!(refused.faults()[0]["records"], json!([id]));
    let refused = tenant.patch_field("contact", "name", json!({"required": true})).await;
    let refused = refused.expect_problem(409, "data_conflict");
    assert_eq!(refused.faults()[0]["records"], json!([id]));
    tenant.patch("contact", &id, json!({"name": "Ada"})).ok().await;
    tenant.patch_field("contact", "name", json!({"required": true})).ok().await;
    tenant.patch("contact", &id, json!({"name": null})).await.expect_problem(422, "required");
    tenant.patch_field("contact", "name", json!({"required": false})).ok().await;
    tenant.patch("contact", &id, json!({"name": null})).ok().await;
}

async fn gives_defaults_to_new_records_only(server: Server) {
    let tenant = contact(&server).await;
    let old = tenant.make("contact", json!({})).await;
    tenant.create_field("contact", field::integer("score").default(json!(7))).created().await;
    assert_eq!(tenant.get("contact", &old).ok().await["score"], json!(null));
    assert_eq!(tenant.create("contact", json!({})).created().await["score"], 7);
    assert_eq!(tenant.create("contact", json!({"score": null})).created().await["score"], json!(null));
    assert_eq!(tenant.create("contact", json!({"score": 1})).created().await["score"], 1);
    tenant.patch_field("contact", "score", json!({"default": 9})).ok().await;
    assert_eq!(tenant.create("contact", json!({})).created().await["score"], 9);
    tenant.patch_field("contact", "score", json!({"default": null})).ok().await;
    assert_eq!(tenant.create("contact", json!({})).created().await["score"], json!(null));
    let wrong = tenant.create_field("contact", field::integer("x").default(json!("seven"))).await;
    assert_eq!(wrong.expect_status(422).faults()[0]["pointer"], "/default");
}

async fn can_be_sent_what_it_says_of_itself(server: Server) {
    let tenant = contact(&server).await;
    // What a definition says of itself may be sent back.
    let mark = tenant.mark().await;
    let field = tenant.caller().get("/v1/schema/objects/contact/fields/name").ok().await;
    assert_eq!(tenant.patch_field("contact", "name", field.clone()).ok().await, field);
    tenant.expect_changes(mark, &[]).await;
}

async fn widens_and_narrows_bounds(server: Server) {
    let tenant = contact(&server).await;
    tenant
        .create_field("contact", field::integer("age").set("min", json!(0)).set("max", json!(150)))
        .created()
        .await;
    tenant.create("contact", json!({"age": 151})).await.expect_problem(422, "invalid_value");
    let id = tenant.make("contact", json!({"age": 150, "name": "x".repeat(255)})).await;
    tenant.create("contact", json!({"name": "x".repeat(256)})).await.expect_problem(422, "invalid_value");
    tenant.patch_field("contact", "age", json!({"max": 200})).ok().await;
    tenant.make("contact", json!({"age": 200})).await;
    let refused = tenant.patch_field("contact", "age", json!({"max": 160})).await;
    refused.expect_problem(409, "data_conflict");
    tenant.patch_field("contact", "name", json!({"max_length": 300})).ok().await;
    tenant.make("contact", json!({"name": "x".repeat(300)})).await;
    let refused = tenant.patch_field("contact", "name", json!({"max_length": 299})).await;
    refused.expect_problem(409, "data_conflict");
    tenant.patch("contact", &id, json!({"age": null})).ok().await;
    let changed = tenant.patch_field("contact", "age", json!({"min": null, "max": null})).ok().await;
    assert_eq!(changed.get("max").unwrap_or(&json!(null)), &json!(null));
    tenant.make("contact", json!({"age": -1})).await;
}

async fn changes_options(server: Server) {
    let tenant = contact(&server).await;
    tenant.create_field("contact", field::select("stage", &["lead", "won"])).created().await;
    tenant.make("contact", json!({"stage": "won"})).await;
    let refused = tenant.patch_field("contact", "stage", json!({"options": ["lead"]})).await;
    refused.expect_problem(409, "data_conflict");
    let options = json!(["won", {"value": "lost", "label": "Lost!"}]);
    let changed = tenant.patch_field("contact", "stage", json!({"options": options})).ok().await;
    assert_eq!(changed["options"][1], json!({"value": "lost", "label": "Lost!"}));
    tenant.make("contact", json!({"stage": "lost"})).await;
    tenant.create("contact", json!({"stage": "lead"})).await.expect_problem(422, "invalid_value");
}

async fn adds_targets_to_a_reference(server: Server) {
    let tenant = contact(&server).await;
    tenant.define(object("company")).await;
    tenant.define(object("task").field(field::reference("about", &["contact"]))).await;
    let (contact, company) =
        (tenant.make("contact", json!({})).await, tenant.make("company", json!({})).await);
    tenant.make("task", json!({"about": contact})).await;
    let refused = tenant.create("task", json!({"about": company})).await;
    assert_eq!(refused.expect_status(422).faults()[0]["pointer"], "/about");
    tenant.patch_field("task", "about", json!({"to": ["contact", "company"]})).ok().await;
    let task = tenant.make("task", json!({"about": company})).await;
    assert_eq!(tenant.get("task", &task).ok().await["about"], company.as_str());
    assert!(tenant.patch_field("task", "about", json!({"to": ["company"]})).await.status() >= 400);
}

async fn refuses_another_type(server: Server) {
    let tenant = contact(&server).await;
    for changes in [json!({"type": "integer"}), json!({"type": "boolean"}), json!({"number": 9})] {
        tenant.patch_field("contact", "name", changes).await.expect_status(422);
    }
    let refused = tenant.patch_field("contact", "name", json!({"type": "integer"})).await;
    refused.expect_problem(422, "invalid_definition").expect_fault("invalid_definition", "/type");
    tenant.create_field("contact", field::decimal("price", 10, 2)).created().await;
    tenant.patch_field("contact", "price", json!({"scale": 3})).await.expect_status(422);
}

async fn drops_a_field_and_its_values(server: Server) {
    let tenant = contact(&server).await;
    tenant.create_field("contact", field::integer("age")).created().await;
    let id = tenant.make("contact", json!({"name": "Ada", "age": 36})).await;
    tenant.purge_field("contact", "age").ok().await;
    let record = tenant.get("contact", &id).ok().await;
    assert_eq!(record.get("age"), None);
    assert_eq!(record["version"], 1);
    let history = tenant.history("contact", &id).ok().await;
    assert_eq!(history["data"][0]["fields"]["age"]["new"], 36, "the journal keeps what it says");
}

async fn refuses_to_drop_a_field_that_a_key_needs(server: Server) {
    let tenant = contact(&server).await;
    tenant
        .create_key("contact", json!({"name": "by_name", "fields": ["name"], "unique": true}))
        .created()
        .await;
    tenant.drop_field("contact", "name").await.expect_problem(409, "referenced");
    tenant.drop_key("contact", "by_name").done().await;
    tenant.drop_field("contact", "name").done().await;
}

async fn reuses_the_name_of_a_dropped_field(server: Server) {
    let tenant = contact(&server).await;
    let id = tenant.make("contact", json!({"name": "Ada"})).await;
    tenant.purge_field("contact", "name").ok().await;
    tenant.create_field("contact", field::integer("name")).created().await;
    assert_eq!(tenant.get("contact", &id).ok().await["name"], json!(null));
    tenant.patch("contact", &id, json!({"name": 1})).ok().await;
    tenant.delete("contact", &id).done().await;
    assert_eq!(tenant.restore("contact", &id).ok().await["name"], 1);
}

async fn numbers_new_records(server: Server) {
    let tenant = contact(&server).await;
    let old = tenant.make("contact", json!({})).await;
    let number = field::auto_number("number").set("prefix", json!("C-")).set("digits", json!(4));
    tenant.create_field("contact", number).created().await;
    assert_eq!(tenant.get("contact", &old).ok().await["number"], json!(null));
    for expected in ["C-0001", "C-0002"] {
        assert_eq!(tenant.create("contact", json!({})).created().await["number"], expected);
        tenant.create("contact", json!({"name": 1})).await.expect_problem(422, "invalid_type");
    }
    tenant
        .create("contact", json!({"number": "C-0009"}))
        .await
        .expect_problem(422, "read_only")
        .expect_fault("read_only", "/number");
    let operations = json!([{"op": "create", "object": "contact", "record": {}},
                            {"op": "create", "object": "contact", "record": {"name": false}}]);
    tenant.batch(operations).await.expect_status(422);
    assert_eq!(
        tenant.create("contact", json!({})).created().await["number"],
        "C-0003",
        "a refusal uses none up"
    );
}
