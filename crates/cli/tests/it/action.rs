//! Actions: operations of an object's own, in one transaction.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    converts_a_lead_in_one_transaction,
    finds_what_is_there_already,
    leaves_steps_out_and_takes_more,
    refuses_what_its_condition_does_not_allow,
    undoes_all_when_a_step_is_refused,
    is_answered_once_for_an_idempotency_key,
    is_made_changed_and_dropped,
    refuses_wrong_definitions,
    follows_a_field_that_is_renamed,
    reads_what_is_evaluated_when_it_is_read,
);

fn convert() -> Json {
    json!({
        "name": "convert",
        "when": "status != 'converted'",
        "message": "The lead has been converted already",
        "steps": [
            { "name": "company", "find_or_create": "company", "by": ["domain"], "when": "company_name != null",
              "set": { "name": "company_name", "domain": "domain" } },
            { "name": "contact", "create": "contact",
              "set": { "full_name": "first_name + ' ' + last_name", "company": { "step": "company" } } },
            { "name": "lead", "update": "self",
              "set": { "status": { "value": "converted" }, "contact": { "step": "contact" } } },
        ],
    })
}

async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    let company =
        object("company").field(field::text("name").required()).field(field::text("domain").unique());
    tenant.define(company).await;
    let contact = object("contact")
        .field(field::text("full_name").required().set("max_length", json!(20)))
        .field(field::reference("company", &["company"]));
    tenant.define(contact).await;
    let lead = object("lead")
        .field(field::text("first_name"))
        .field(field::text("last_name"))
        .field(field::text("company_name"))
        .field(field::text("domain"))
        .field(field::select("status", &["new", "converted"]).default(json!("new")))
        .field(field::reference("contact", &["contact"]));
    tenant.define(lead).await;
    tenant.caller().post("/v1/schema/objects/lead/actions", &convert()).created().await;
    tenant
}

fn ada() -> Json {
    json!({"first_name": "Ada", "last_name": "Lovelace", "company_name": "Engines", "domain": "engines.org"})
}

fn path(lead: &str) -> String {
    format!("/v1/records/lead/{lead}/actions/convert")
}

async fn converts_a_lead_in_one_transaction(server: Server) {
    let tenant = tenant(&server).await;
    let lead = tenant.make("lead", ada()).await;
    let before = tenant.mark().await;
    let done = tenant.caller().post(&path(&lead), &json!({})).ok().await;
    let statuses: Vec<&Json> =
        done["results"].as_array().unwrap().iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, [201, 201, 200]);
    let company = done["results"][0]["id"].as_str().unwrap();
    let contact = &done["results"][1]["record"];
    assert_eq!((&contact["full_name"], &contact["company"]), (&json!("Ada Lovelace"), &json!(company)));
    let lead = tenant.get("lead", &lead).ok().await;
    assert_eq!((&lead["status"], &lead["contact"]), (&json!("converted"), &contact["id"]));
    let transactions = tenant.transactions(before).await;
    assert_eq!(transactions.len(), 1);
    let changes = ["record.created company", "record.created contact", "record.updated lead"];
    tenant.expect_changes(before, &changes).await;
}

async fn finds_what_is_there_already(server: Server) {
    let tenant = tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Engines Ltd", "domain": "engines.org"})).await;
    let lead = tenant.make("lead", ada()).await;
    let done = tenant.caller().post(&path(&lead), &json!({})).ok().await;
    assert_eq!((&done["results"][0]["status"], &done["results"][0]["id"]), (&json!(200), &json!(company)));
    assert_eq!(tenant.get("company", &company).ok().await["name"], "Engines Ltd");
}

async fn leaves_steps_out_and_takes_more(server: Server) {
    let tenant = tenant(&server).await;
    let lead = tenant.make("lead", json!({"first_name": "Ada", "last_name": "Lovelace"})).await;
    let body = json!({"with": {"contact": {"full_name": "Countess"}}});
    let done = tenant.caller().post(&path(&lead), &body).ok().await;
    let results = done["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "there is no company to make");
    let contact = &results[0]["record"];
    assert_eq!((&contact["full_name"], &contact["company"]), (&json!("Countess"), &Json::Null));

    let lead = tenant.make("lead", ada()).await;
    let done = tenant.caller().post(&path(&lead), &json!({"without": ["company", "lead"]})).ok().await;
    assert_eq!(done["results"].as_array().unwrap().len(), 1);

    let body = json!({"with": {"deal": {}}, "without": ["contcat"]});
    let refused = tenant.caller().post(&path(&lead), &body).expect(422).await;
    let pointers: Vec<String> =
        refused.faults().iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect();
    assert_eq!(pointers, ["/with/deal", "/without/0"]);
}

async fn refuses_what_its_condition_does_not_allow(server: Server) {
    let tenant = tenant(&server).await;
    let lead = tenant.make("lead", ada()).await;
    tenant.caller().post(&path(&lead), &json!({})).ok().await;
    let refused = tenant.caller().post(&path(&lead), &json!({})).expect(422).await;
    assert_eq!(refused.faults()[0]["code"], "rule_violated");
    assert_eq!(refused.faults()[0]["detail"], "The lead has been converted already");
    tenant
        .caller()
        .post("/v1/records/lead/lead_01kapv7c9re2ptw1y8d5m0q4zk/actions/convert", &json!({}))
        .expect(404)
        .await;
    tenant.caller().post(&path(&lead).replace("convert", "cnvert"), &json!({})).expect(404).await;
    tenant.caller().post(&path(&lead), &json!({})).if_match(1).expect(412).await;
}

async fn undoes_all_when_a_step_is_refused(server: Server) {
    let tenant = tenant(&server).await;
    let mut lead = ada();
    lead["last_name"] = json!("of the far too long a name");
    let lead = tenant.make("lead", lead).await;
    let before = tenant.mark().await;
    let refused = tenant.caller().post(&path(&lead), &json!({})).expect(422).await;
    assert_eq!(refused.faults()[0]["pointer"], "/with/contact/full_name");
    tenant.expect_changes(before, &[]).await;
}

async fn is_answered_once_for_an_idempotency_key(server: Server) {
    let tenant = tenant(&server).await;
    let lead = tenant.make("lead", ada()).await;
    let first = tenant.caller().post(&path(&lead), &json!({})).idempotency_key("convert-1").ok().await;
    let second = tenant.caller().post(&path(&lead), &json!({})).idempotency_key("convert-1").ok().await;
    assert_eq!(first, second);
}

async fn is_made_changed_and_dropped(server: Server) {
    let tenant = tenant(&server).await;
    let object = tenant.caller().get("/v1/schema/objects/lead").ok().await;
    assert_eq!(object["actions"][0]["steps"][0]["find_or_create"], "company");
    let action = "/v1/schema/objects/lead/actions/convert";
    let changed = tenant.caller().patch(action, &json!({"description": "To a customer"})).ok().await;
    assert_eq!(changed["description"], "To a customer");
    // What is read can be sent back.
    let mark = tenant.mark().await;
    tenant.caller().patch(action, &changed).ok().await;
    tenant.expect_changes(mark, &[]).await;
    tenant.caller().delete(action).done().await;
    assert_eq!(tenant.caller().get("/v1/schema/objects/lead").ok().await.get("actions"), None);
    tenant.caller().delete(action).expect(404).await;
}

async fn refuses_wrong_definitions(server: Server) {
    let tenant = tenant(&server).await;
    let step = |step: Json| json!({"name": "other", "steps": [step]});
    let cases = [
        (json!({"name": "convert", "steps": []}), "/name"),
        (json!({"name": "other"}), "/steps"),
        (step(json!({"name": "a", "set": {}})), "/steps/0/create"),
        (step(json!({"name": "self", "create": "company", "set": {}})), "/steps/0/name"),
        (step(json!({"name": "a", "create": "compny", "set": {}})), "/steps/0/create"),
        (step(json!({"name": "a", "create": "company", "set": {"nam": "last_name"}})), "/steps/0/set/nam"),
        (step(json!({"name": "a", "create": "company", "set": {"name": "last_nam"}})), "/steps/0/set/name"),
        (step(json!({"name": "a", "create": "company", "set": {"name": "1 + 1"}})), "/steps/0/set/name"),
        (
            step(json!({"name": "a", "create": "contact", "set": {"company": {"step": "b"}}})),
            "/steps/0/set/company",
        ),
        (
            step(json!({"name": "a", "create": "contact", "set": {"company": {"step": "self"}}})),
            "/steps/0/set/company",
        ),
        (step(json!({"name": "a", "find_or_create": "company", "by": ["name"], "set": {}})), "/steps/0/by"),
        (step(json!({"name": "a", "update": "lead", "set": {}})), "/steps/0/update"),
        (step(json!({"name": "a", "update": "self", "when": "last_name", "set": {}})), "/steps/0/when"),
        (
            step(json!({"name": "a", "update": "self", "set": {"status": {"value": "gone"}}})),
            "/steps/0/set/status/value",
        ),
    ];
    for (definition, pointer) in cases {
        let status = if pointer == "/name" || pointer == "/steps/0/name" { 409 } else { 422 };
        let refused =
            tenant.caller().post("/v1/schema/objects/lead/actions", &definition).expect(status).await;
        let pointers: Vec<&str> =
            refused.faults().iter().filter_map(|fault| fault["pointer"].as_str()).collect();
        assert!(pointers.contains(&pointer), "{definition}: {pointers:?}");
    }
}

async fn follows_a_field_that_is_renamed(server: Server) {
    let tenant = tenant(&server).await;
    let caller = tenant.caller();
    caller.patch("/v1/schema/objects/lead/fields/last_name", &json!({"name": "surname"})).ok().await;
    caller.patch("/v1/schema/objects/contact/fields/full_name", &json!({"name": "name_in_full"})).ok().await;
    let action = &caller.get("/v1/schema/objects/lead").ok().await["actions"][0];
    let set = &action["steps"][1]["set"];
    assert_eq!(set["name_in_full"], "first_name + ' ' + surname");
    let lead = tenant.make("lead", ada()).await;
    let done = tenant.caller().post(&path(&lead), &json!({})).ok().await;
    assert_eq!(done["results"][1]["record"]["name_in_full"], "Ada Lovelace");
}

async fn reads_what_is_evaluated_when_it_is_read(server: Server) {
    let tenant = tenant(&server).await;
    let field = json!({"name": "greeting", "type": "text", "computed": "'Dear ' + first_name"});
    tenant.caller().post("/v1/schema/objects/lead/fields", &field).created().await;
    let steps = json!([{ "name": "contact", "create": "contact", "set": { "full_name": "greeting" } }]);
    let action = json!({"name": "greet", "when": "greeting != null", "steps": steps});
    tenant.caller().post("/v1/schema/objects/lead/actions", &action).created().await;
    let lead = tenant.make("lead", ada()).await;
    let done = tenant.caller().post(&path(&lead).replace("convert", "greet"), &json!({})).ok().await;
    assert_eq!(done["results"][0]["record"]["full_name"], "Dear Ada");
}
