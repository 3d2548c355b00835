//! The `crm` template: applied to an empty tenant, and worked with.

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

each_db!(
    is_applied_once_and_again,
    leaves_alone_what_the_owner_has_added,
    converts_a_lead,
    follows_a_deal_to_its_end,
    adds_up_the_lines_of_a_deal,
    hangs_activities_on_anything,
);

/// A tenant with the template.
async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    apply(&tenant).await;
    tenant
}

async fn apply(tenant: &Tenant) -> Json {
    let caller = tenant.caller();
    let plan = caller.post("/v1/schema/plan", &json!({"template": "crm"})).ok().await;
    let body = json!({"template": "crm", "plan": plan["id"]});
    caller.post("/v1/schema/apply", &body).ok().await
}

fn dollars(amount: &str) -> Json {
    json!({"amount": amount, "currency": "USD"})
}

/// A pipeline with three stages: their ids by name.
async fn stages(tenant: &Tenant) -> [String; 3] {
    let pipeline = tenant.make("pipeline", json!({"name": "Sales"})).await;
    let mut made = Vec::new();
    for (name, probability, outcome) in [("Talks", 40, "open"), ("Won", 100, "won"), ("Lost", 0, "lost")] {
        let stage =
            json!({"name": name, "pipeline": pipeline, "probability": probability, "outcome": outcome});
        made.push(tenant.make("stage", stage).await);
    }
    made.try_into().unwrap()
}

async fn is_applied_once_and_again(server: Server) {
    let tenant = tenant(&server).await;
    let objects = tenant.caller().get("/v1/schema/objects").ok().await;
    let names: Vec<&str> =
        objects["data"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap()).collect();
    for name in [
        "company",
        "contact",
        "lead",
        "deal",
        "pipeline",
        "stage",
        "product",
        "deal_line",
        "activity",
        "note",
        "case",
        "campaign",
        "campaign_member",
        "user",
        "team",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let plan = tenant.caller().post("/v1/schema/plan", &json!({"template": "crm"})).ok().await;
    assert_eq!(plan["steps"], json!([]), "it is there already");
}

async fn leaves_alone_what_the_owner_has_added(server: Server) {
    let tenant = tenant(&server).await;
    let caller = tenant.caller();
    let field = json!({"name": "favourite_tea", "type": "text"});
    caller.post("/v1/schema/objects/contact/fields", &field).created().await;
    caller.post("/v1/schema/objects", &json!({"name": "ship", "fields": [field]})).created().await;
    caller.delete("/v1/schema/objects/company/fields/founded").done().await;
    let plan = caller.post("/v1/schema/plan", &json!({"template": "crm"})).ok().await;
    assert_eq!(plan["steps"], json!([]), "what was removed on purpose stays removed");
    apply(&tenant).await;
    let contact = caller.get("/v1/schema/objects/contact/fields/favourite_tea").ok().await;
    assert_eq!(contact["type"], "text");
    caller.get("/v1/schema/objects/ship").ok().await;
}

async fn converts_a_lead(server: Server) {
    let tenant = tenant(&server).await;
    let lead = json!({"first_name": "Ada", "last_name": "Lovelace", "email": "ada@engines.org",
        "company_name": "Engines", "company_domain": "engines.org", "source": "event"});
    let lead = tenant.make("lead", lead).await;
    let path = format!("/v1/records/lead/{lead}/actions/convert");
    let [talks, ..] = stages(&tenant).await;
    let more = json!({"with": {"deal": {"stage": talks, "amount": dollars("500.00")}}});
    let done = tenant.caller().post(&path, &more).ok().await;
    let records: Vec<&Json> =
        done["results"].as_array().unwrap().iter().map(|result| &result["record"]).collect();
    let [company, contact, deal, lead] = records[..] else { panic!("four steps: {done}") };
    assert_eq!((&company["name"], &company["open_pipeline"]), (&json!("Engines"), &dollars("500.00")));
    assert_eq!((&contact["full_name"], &contact["company"]), (&json!("Ada Lovelace"), &company["id"]));
    assert_eq!((&deal["company"], &deal["contact"]), (&company["id"], &contact["id"]));
    assert_eq!((&deal["source"], &deal["weighted_amount"]), (&json!("event"), &dollars("200.00")));
    assert_eq!((&lead["status"], &lead["converted_deal"]), (&json!("converted"), &deal["id"]));
    tenant.caller().post(&path, &json!({})).expect(422).await;
}

async fn follows_a_deal_to_its_end(server: Server) {
    let tenant = tenant(&server).await;
    let [talks, won, lost] = stages(&tenant).await;
    let company = tenant.make("company", json!({"name": "Engines"})).await;
    let deal = json!({"name": "One engine", "company": company, "stage": talks, "amount": dollars("1000.00"),
        "started_on": "2026-01-01"});
    let deal = tenant.make("deal", deal).await;
    let read = tenant.get("deal", &deal).ok().await;
    assert_eq!(
        (&read["outcome"], &read["is_open"], &read["probability"]),
        (&json!("open"), &json!(true), &json!(40))
    );
    assert_eq!((&read["weighted_amount"], &read["days_in_stage"]), (&dollars("400.00"), &json!(0)));
    let company_now = tenant.get("company", &company).ok().await;
    assert_eq!((&company_now["open_deals"], &company_now["open_pipeline"]), (&json!(1), &dollars("1000.00")));

    let refused = tenant.patch("deal", &deal, json!({"stage": won})).expect(422).await;
    assert_eq!(refused.faults()[0]["code"], "rule_violated");
    assert_eq!(refused.faults()[0]["pointer"], "/closed_on");
    tenant.patch("deal", &deal, json!({"closed_on": "2025-12-31"})).expect(422).await;

    let closed = json!({"stage": won, "closed_on": "2026-02-01"});
    let read = tenant.patch("deal", &deal, closed).ok().await;
    assert_eq!((&read["outcome"], &read["days_to_close"]), (&json!("won"), &json!(31)));
    let company_now = tenant.get("company", &company).ok().await;
    assert_eq!((&company_now["open_deals"], &company_now["open_pipeline"]), (&json!(0), &dollars("0.00")));
    assert_eq!(
        (&company_now["won_revenue"], &company_now["last_won_on"]),
        (&dollars("1000.00"), &json!("2026-02-01"))
    );

    tenant.patch("deal", &deal, json!({"stage": lost})).ok().await;
    let company_now = tenant.get("company", &company).ok().await;
    assert_eq!((&company_now["won_revenue"], &company_now["last_won_on"]), (&dollars("0.00"), &Json::Null));
    let timeline = tenant.caller().get(&format!("/v1/records/deal/{deal}/timeline/stage")).ok().await;
    let values: Vec<&Json> =
        timeline["periods"].as_array().unwrap().iter().map(|period| &period["value"]).collect();
    assert_eq!(values, [&json!(talks), &json!(won), &json!(lost)]);
}

async fn adds_up_the_lines_of_a_deal(server: Server) {
    let tenant = tenant(&server).await;
    let product =
        tenant.make("product", json!({"name": "Engine", "code": "E1", "price": dollars("9.99")})).await;
    let deal = tenant.make("deal", json!({"name": "Engines"})).await;
    for (quantity, discount) in [("3", "0"), ("1.5", "10")] {
        let line = json!({"deal": deal, "product": product, "quantity": quantity, "discount": discount,
            "unit_price": dollars("9.99")});
        tenant.make("deal_line", line).await;
    }
    let deal = tenant.get("deal", &deal).ok().await;
    // 29.97, and 13.4865 rounded half to even.
    assert_eq!((&deal["lines"], &deal["lines_total"]), (&json!(2), &dollars("43.46")));
}

async fn hangs_activities_on_anything(server: Server) {
    let tenant = tenant(&server).await;
    let contact = tenant.make("contact", json!({"last_name": "Lovelace"})).await;
    let case = tenant.make("case", json!({"subject": "It does not compute", "contact": contact})).await;
    for (about, done) in [
        (&contact, "2026-03-01T10:00:00Z"),
        (&contact, "2026-01-01T10:00:00Z"),
        (&case, "2026-02-01T10:00:00Z"),
    ] {
        let activity = json!({"subject": "Call", "kind": "call", "about": about, "done_at": done});
        tenant.make("activity", activity).await;
    }
    tenant
        .make("activity", json!({"subject": "Later", "about": contact, "due_at": "2020-01-01T00:00:00Z"}))
        .await;
    let read = tenant.get("contact", &contact).ok().await;
    assert_eq!(read["last_activity_at"], "2026-03-01T10:00:00.000000Z");
    tenant.patch("case", &case, json!({"status": "closed"})).expect(422).await;
    tenant.patch("case", &case, json!({"status": "closed", "closed_at": "2026-03-02T00:00:00Z"})).ok().await;
}
