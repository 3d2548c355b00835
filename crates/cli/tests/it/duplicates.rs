//! Matching rules, and the duplicates that they find.

use kith_testing::{Server, Tenant, each_db, field, object};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::tasks::done;

mod commands;
mod export;

each_db!(
    finds_the_likely_same_record,
    answers_an_entry_form,
    keeps_up_with_every_write,
    reports_and_refuses_on_write,
    sees_the_records_of_its_own_batch,
    files_what_was_there_before_the_rule,
    needs_no_task_where_nothing_is,
    compares_what_is_computed,
    remembers_that_two_are_two,
    remembers_it_of_the_record_that_stays,
    pages_pairs,
    refuses_wrong_rules,
    drops_a_rule_with_what_it_found,
);

/// A tenant whose contacts match by e-mail, or by a similar name at the same company.
pub(crate) async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("company").field(field::text("name").required())).await;
    let contact = object("contact")
        .field(field::text("full_name").required())
        .field(field::email("email"))
        .field(field::phone("phone"))
        .field(field::reference("company", &["company"]))
        .set("matching", json!([same_email(), similar_name()]));
    tenant.define(contact).await;
    tenant
}

fn same_email() -> Json {
    json!({"name": "same_email", "on": [{"field": "email", "how": "normalized"}]})
}

fn similar_name() -> Json {
    let on = json!([{"field": "full_name", "how": "similar", "at_least": 88}, {"field": "company", "how": "exact"}]);
    json!({"name": "similar_name", "on": on})
}

async fn duplicates(tenant: &Tenant, id: &str) -> Vec<Json> {
    let path = format!("/v1/records/contact/{id}/duplicates");
    tenant.caller().call(Method::GET, &path).ok().await["data"].as_array().unwrap().clone()
}

/// Each as id and rule.
fn named(found: &[Json]) -> Vec<(String, String)> {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    found.iter().map(|each| (text(&each["record"]["id"]), text(&each["rule"]))).collect()
}

/// Scans to the end; answers how many records were compared.
pub(crate) async fn scan(tenant: &Tenant, object: &str) -> u64 {
    let (mut scanned, mut cursor) = (0, None::<String>);
    loop {
        let mut call = tenant.caller().call(Method::POST, "/v1/duplicates/scan");
        if let Some(cursor) = cursor.take() {
            call = call.query("cursor", cursor);
        }
        let page = call.json(&json!({"object": object})).ok().await;
        scanned += page["records"].as_u64().unwrap();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return scanned,
        }
    }
}

pub(crate) async fn pairs(tenant: &Tenant, object: &str, state: &str) -> Vec<Json> {
    let call = tenant.caller().call(Method::GET, "/v1/duplicates").query("object", object);
    call.query("state", state).query("limit", 500).ok().await["data"].as_array().unwrap().clone()
}

async fn finds_the_likely_same_record(server: Server) {
    let tenant = tenant(&server).await;
    let acme = tenant.make("company", json!({"name": "Acme"})).await;
    let other = tenant.make("company", json!({"name": "Other"})).await;
    let contact = |name: &str, email: Option<&str>, company: &str| {
        tenant.make("contact", json!({"full_name": name, "email": email, "company": company}))
    };
    let john = contact("John Smith", Some("John.Smith@example.org"), &acme).await;
    let jon = contact("Smith, Jon", None, &acme).await;
    contact("John Smith", None, &other).await;
    let js = contact("J. S.", Some("john.smith@example.org"), &other).await;
    contact("Ada Lovelace", Some("ada@example.org"), &acme).await;
    let found = duplicates(&tenant, &john).await;
    let wanted = [(js.clone(), "same_email".to_owned()), (jon.clone(), "similar_name".to_owned())];
    assert_eq!(named(&found), wanted);
    assert_eq!(found[0]["score"], 100);
    assert!(found[1]["score"].as_u64().unwrap() >= 88);
    assert_eq!(found[1]["record"]["full_name"], "Smith, Jon", "the whole record is there");
    assert_eq!(named(&duplicates(&tenant, &js).await), [(john, "same_email".to_owned())]);
    let path = "/v1/records/contact/contact_01h455vb4pex5vsknk084sn02q/duplicates";
    tenant.caller().call(Method::GET, path).await.expect_problem(404, "not_found");
}

async fn answers_an_entry_form(server: Server) {
    let tenant = tenant(&server).await;
    let ada = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.org"})).await;
    let mark = tenant.mark().await;
    let check =
        |record: Json| tenant.caller().call(Method::POST, "/v1/records/contact/duplicates").json(&record);
    let found = check(json!({"email": "ADA@example.org"})).ok().await;
    assert_eq!(named(found["data"].as_array().unwrap()), [(ada, "same_email".to_owned())]);
    assert_eq!(check(json!({})).ok().await, json!({"data": []}));
    check(json!({"email": "no"})).await.expect_problem(422, "invalid_value");
    check(json!({"mail": "a@b.c"})).await.expect_problem(422, "unknown_field");
    tenant.expect_changes(mark, &[]).await;
}

async fn keeps_up_with_every_write(server: Server) {
    let tenant = tenant(&server).await;
    let one = tenant.make("contact", json!({"full_name": "A", "email": "one@example.org"})).await;
    let two = tenant.make("contact", json!({"full_name": "B", "email": "two@example.org"})).await;
    let expect = async |wanted: &[&str]| {
        let found = named(&duplicates(&tenant, &one).await);
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, wanted);
    };
    expect(&[]).await;
    tenant.patch("contact", &two, json!({"email": "one@example.org"})).ok().await;
    expect(&[&two]).await;
    tenant.delete("contact", &two).done().await;
    expect(&[]).await;
    tenant.restore("contact", &two).ok().await;
    expect(&[&two]).await;
    tenant.patch("contact", &two, json!({"email": null})).ok().await;
    expect(&[]).await;
    tenant.patch("contact", &two, json!({"email": "One@Example.org"})).ok().await;
    expect(&[&two]).await;
    tenant.purge("contact", &two).done().await;
    expect(&[]).await;
}

async fn reports_and_refuses_on_write(server: Server) {
    let tenant = tenant(&server).await;
    let first = json!({"full_name": "Ada", "email": "ada@example.org"});
    let report = tenant.create("contact", first.clone()).query("duplicates", "report").expect(201).await;
    assert_eq!(report.header("kith-duplicates"), Some("0"));
    let ada = report.id();
    let plain = tenant.create("contact", json!({"full_name": "Grace"})).expect(201).await;
    assert_eq!(plain.header("kith-duplicates"), None, "nobody asked");
    let mark = tenant.mark().await;
    let refused = tenant.create("contact", first.clone()).query("duplicates", "refuse").await;
    let refused = refused.expect_problem(409, "duplicate");
    assert_eq!(refused.faults()[0]["records"], json!([ada]));
    let grace = plain.id();
    let change = json!({"email": "ada@example.org"});
    let call = tenant.patch("contact", &grace, change.clone()).query("duplicates", "refuse");
    call.await.expect_problem(409, "duplicate");
    tenant.expect_changes(mark, &[]).await;
    assert_eq!(pairs(&tenant, "contact", "open").await, [] as [Json; 0]);
    let report = tenant.patch("contact", &grace, change).query("duplicates", "report").expect(200).await;
    assert_eq!(report.header("kith-duplicates"), Some("1"));
    let found = pairs(&tenant, "contact", "open").await;
    assert_eq!((&found[0]["first"], &found[0]["second"]), (&json!(ada), &json!(grace)));
    assert_eq!((&found[0]["rule"], &found[0]["score"]), (&json!("same_email"), &json!(100)));
    tenant.patch("contact", &grace, json!({"email": "grace@example.org"})).ok().await;
    assert_eq!(pairs(&tenant, "contact", "open").await, [] as [Json; 0], "they differ by now");
    let call = tenant.create("contact", first).query("duplicates", "maybe");
    call.await.expect_problem(400, "invalid_parameter");
}

async fn sees_the_records_of_its_own_batch(server: Server) {
    let tenant = tenant(&server).await;
    let create = |duplicates: &str| {
        json!({"op": "create", "object": "contact", "duplicates": duplicates,
            "record": {"full_name": "Ada", "email": "ada@example.org"}})
    };
    let answer = tenant.batch(json!([create("report"), create("report")])).ok().await;
    assert_eq!(
        (&answer["results"][0]["duplicates"], &answer["results"][1]["duplicates"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(pairs(&tenant, "contact", "open").await.len(), 1);
    let refused = tenant.batch(json!([create("refuse")])).await;
    refused.expect_problem(409, "duplicate").expect_fault("duplicate", "/operations/0");
}

async fn files_what_was_there_before_the_rule(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::text("full_name")).field(field::email("email"))).await;
    let mut operations = Vec::new();
    for number in 0..230 {
        // Every third one has the address of the one before.
        let address = if number % 3 == 2 { number - 1 } else { number };
        let record = json!({"full_name": format!("N{number}"), "email": format!("c{address}@example.org")});
        operations.push(json!({"op": "create", "object": "contact", "record": record}));
    }
    let created = tenant.batch(Json::Array(operations)).ok().await;
    let ids: Vec<String> = created["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["id"].as_str().unwrap().to_owned())
        .collect();
    let path = "/v1/schema/objects/contact/matching";
    let rule = tenant.caller().call(Method::POST, path).json(&same_email()).created().await;
    assert_eq!(rule["state"], "building");
    let task = done(&tenant, &rule).await;
    assert_eq!((&task["kind"], &task["matching"]), (&json!("match"), &json!("same_email")));
    assert_eq!((&task["done"], &task["total"]), (&json!(230), &json!(230)));
    let object = tenant.object("contact").ok().await;
    assert_eq!(object["matching"], json!([same_email()]), "it is ready");
    let found = pairs(&tenant, "contact", "open").await;
    assert_eq!(found.len(), 76);
    assert_eq!((&found[0]["first"], &found[0]["second"]), (&json!(ids[1]), &json!(ids[2])));
    assert_eq!(named(&duplicates(&tenant, &ids[1]).await), [(ids[2].clone(), "same_email".to_owned())]);
    let mark = tenant.mark().await;
    assert_eq!(scan(&tenant, "contact").await, 230);
    assert_eq!(pairs(&tenant, "contact", "open").await.len(), 76, "again is the same");
    tenant.expect_changes(mark, &[]).await;
}

async fn needs_no_task_where_nothing_is(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::email("email"))).await;
    let path = "/v1/schema/objects/contact/matching";
    let rule = tenant.caller().call(Method::POST, path).json(&same_email()).created().await;
    assert_eq!(rule, same_email(), "it is ready");
    tenant.make("contact", json!({"email": "a@example.org"})).await;
    let report = json!({"email": "A@example.org"});
    let report = tenant.create("contact", report).query("duplicates", "report").expect(201).await;
    assert_eq!(report.header("kith-duplicates"), Some("1"));
}

async fn compares_what_is_computed(server: Server) {
    let tenant = server.tenant().await;
    let full_name =
        field::text("full_name").set("computed", json!("first + ' ' + last")).set("stored", json!(true));
    let similar = json!([{"field": "full_name", "how": "similar"}]);
    let person = object("person")
        .field(field::text("first"))
        .field(field::text("last"))
        .field(full_name)
        .set("matching", json!([{"name": "similar_name", "on": similar}]));
    tenant.define(person).await;
    let ada = tenant.make("person", json!({"first": "Ada", "last": "Lovelace"})).await;
    let grace = tenant.make("person", json!({"first": "Grace", "last": "Hopper"})).await;
    let call = tenant.caller().call(Method::POST, "/v1/records/person/duplicates");
    let found = call.json(&json!({"first": "Ada", "last": "Lovelacee"})).ok().await;
    assert_eq!(named(found["data"].as_array().unwrap()), [(ada.clone(), "similar_name".to_owned())]);
    // The name of the one, the other's family name: what is computed follows.
    let merge = format!("/v1/records/person/{ada}/merge");
    let body = json!({"from": grace, "fields": {"last": "from"}});
    let merged = tenant.caller().call(Method::POST, &merge).json(&body).ok().await;
    assert_eq!(merged["full_name"], "Ada Hopper");
    let call = tenant.caller().call(Method::POST, "/v1/records/person/duplicates");
    let found = call.json(&json!({"first": "Hopper", "last": "Ada"})).ok().await;
    assert_eq!((&found["data"][0]["record"]["id"], &found["data"][0]["score"]), (&json!(ada), &json!(100)));
}

#[expect(clippy::cognitive_complexity, reason = "one story, told from its beginning to its end")]
async fn remembers_that_two_are_two(server: Server) {
    let tenant = tenant(&server).await;
    let one = tenant.make("contact", json!({"full_name": "A", "email": "a@example.org"})).await;
    let two = tenant.make("contact", json!({"full_name": "B", "email": "a@example.org"})).await;
    scan(&tenant, "contact").await;
    assert_eq!(pairs(&tenant, "contact", "open").await.len(), 1);
    let dismiss = |one: &str, two: &str| {
        tenant.caller().call(Method::POST, &format!("/v1/duplicates/{one}/{two}/dismiss"))
    };
    let mark = tenant.mark().await;
    dismiss(&two, &one).done().await;
    dismiss(&one, &two).done().await;
    tenant.expect_changes(mark, &["duplicate.dismissed contact"]).await;
    let change = &tenant.transactions(mark).await[0]["changes"][0];
    assert_eq!((&change["id"], &change["other"]), (&json!(two), &json!(one)));
    assert_eq!(pairs(&tenant, "contact", "open").await, [] as [Json; 0]);
    let dismissed = pairs(&tenant, "contact", "dismissed").await;
    assert_eq!((&dismissed[0]["rule"], &dismissed[0]["state"]), (&json!("same_email"), &json!("dismissed")));
    assert_eq!(duplicates(&tenant, &one).await, [] as [Json; 0]);
    scan(&tenant, "contact").await;
    assert_eq!(pairs(&tenant, "contact", "open").await, [] as [Json; 0], "a scan does not ask again");
    let change = json!({"full_name": "C", "email": "a@example.org"});
    let report = tenant.patch("contact", &one, change).query("duplicates", "refuse").expect(200).await;
    assert_eq!(report.header("kith-duplicates"), Some("0"));
    dismiss(&one, &one).await.expect_problem(422, "invalid_value");
    let three = tenant.make("contact", json!({"full_name": "D"})).await;
    let merge = format!("/v1/records/contact/{two}/merge");
    tenant.caller().call(Method::POST, &merge).json(&json!({"from": three})).ok().await;
    let mark = tenant.mark().await;
    dismiss(&one, &three).done().await;
    tenant.expect_changes(mark, &[]).await;
    dismiss(&two, &three).await.expect_problem(422, "invalid_value");
    dismiss(&one, "contact_01h455vb4pex5vsknk084sn02q").await.expect_problem(404, "not_found");
    dismiss("what", &one).await.expect_problem(404, "not_found");
}

async fn remembers_it_of_the_record_that_stays(server: Server) {
    let tenant = tenant(&server).await;
    let contact = |name: &str| tenant.make("contact", json!({"full_name": name, "email": "a@example.org"}));
    let (stays, goes, other) = (contact("A").await, contact("B").await, contact("C").await);
    let dismiss = format!("/v1/duplicates/{goes}/{other}/dismiss");
    tenant.caller().call(Method::POST, &dismiss).done().await;
    let both = format!("/v1/duplicates/{stays}/{goes}/dismiss");
    tenant.caller().call(Method::POST, &both).done().await;
    let merge = format!("/v1/records/contact/{stays}/merge");
    tenant.caller().call(Method::POST, &merge).json(&json!({"from": goes})).ok().await;
    let dismissed = pairs(&tenant, "contact", "dismissed").await;
    assert_eq!(dismissed.len(), 1, "what was said of the two themselves is settled: {dismissed:?}");
    assert_eq!((&dismissed[0]["first"], &dismissed[0]["second"]), (&json!(stays), &json!(other)));
    scan(&tenant, "contact").await;
    assert_eq!(pairs(&tenant, "contact", "open").await, [] as [Json; 0], "nobody is asked again");
    assert_eq!(duplicates(&tenant, &stays).await, [] as [Json; 0]);
}

async fn pages_pairs(server: Server) {
    let tenant = tenant(&server).await;
    for _ in 0..4 {
        tenant.make("contact", json!({"full_name": "A", "email": "a@example.org"})).await;
    }
    scan(&tenant, "contact").await;
    let list = || tenant.caller().call(Method::GET, "/v1/duplicates").query("object", "contact");
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut call = list().query("limit", 4);
        if let Some(cursor) = cursor.take() {
            call = call.query("cursor", cursor);
        }
        let page = call.ok().await;
        seen.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen.len(), 6, "each of four with each other");
    list().query("state", "gone").await.expect_problem(400, "invalid_parameter");
    tenant.caller().call(Method::GET, "/v1/duplicates").await.expect_problem(400, "invalid_parameter");
}

async fn refuses_wrong_rules(server: Server) {
    let tenant = tenant(&server).await;
    let create =
        |rule: Json| tenant.caller().call(Method::POST, "/v1/schema/objects/contact/matching").json(&rule);
    create(same_email()).await.expect_problem(409, "already_exists");
    let on = |on: Json| create(json!({"name": "rule", "on": on}));
    on(json!([])).await.expect_fault("invalid_definition", "/on");
    on(json!([{"field": "mail"}])).await.expect_fault("unknown_field", "/on/0/field");
    let similar = json!([{"field": "company", "how": "similar"}]);
    on(similar).await.expect_fault("invalid_definition", "/on/0/how");
    let vague = json!([{"field": "full_name", "how": "similar", "at_least": 20}]);
    on(vague).await.expect_fault("invalid_definition", "/on/0/at_least");
    on(json!([{"field": "email", "at_least": 90}]))
        .await
        .expect_fault("invalid_definition", "/on/0/at_least");
    let twice = json!([{"field": "email"}, {"field": "email", "how": "normalized"}]);
    on(twice).await.expect_fault("invalid_definition", "/on/1/field");
    create(json!({"on": [{"field": "email"}]})).await.expect_fault("required", "/name");
    tenant.drop_field("contact", "email").await.expect_problem(409, "referenced");
    let clash = object("lead").field(field::boolean("hot")).set(
        "matching",
        json!([
            {"name": "hot", "on": [{"field": "hot"}]}
        ]),
    );
    tenant.create_object(clash).await.expect_fault("invalid_definition", "/matching/0/on/0/field");
}

async fn drops_a_rule_with_what_it_found(server: Server) {
    let tenant = tenant(&server).await;
    let one = tenant.make("contact", json!({"full_name": "A", "email": "a@example.org"})).await;
    tenant.make("contact", json!({"full_name": "B", "email": "a@example.org"})).await;
    scan(&tenant, "contact").await;
    let path = "/v1/schema/objects/contact/matching/same_email";
    tenant.caller().call(Method::DELETE, path).done().await;
    tenant.caller().call(Method::DELETE, path).await.expect_problem(404, "not_found");
    assert_eq!(pairs(&tenant, "contact", "open").await, [] as [Json; 0]);
    assert_eq!(duplicates(&tenant, &one).await, [] as [Json; 0]);
    assert_eq!(tenant.object("contact").ok().await["matching"], json!([similar_name()]));
}
