//! Every route there is, by its table: closed without a token, and closed to the data
//! of other tenants.

use kith_api::{Access, ROUTES, Route};
use kith_testing::{Call, Caller, Response, Server, Tenant, each_db};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    is_closed_without_a_token,
    never_shows_another_tenants_data,
    is_closed_to_tenants_where_it_is_for_administrators,
    wants_a_tenant_where_it_is_about_one,
);

/// What a path's parameters stand for in one tenant.
struct Things {
    tenant: Tenant,
    contact: String,
    trashed: String,
    token: String,
    job: String,
}

/// A text in every value of a tenant, to be found where it must not be.
const MARK: &str = "xylophone";

async fn things(server: &Server) -> Things {
    let tenant = crm::tenant(server).await;
    let person = json!({"full_name": format!("Ada {MARK}"), "email": format!("{MARK}@example.com")});
    let contact = tenant.make("contact", person).await;
    let trashed = tenant.make("contact", json!({"full_name": MARK})).await;
    tenant.delete("contact", &trashed).done().await;
    tenant.create_field("contact", kith_testing::field::text(MARK).indexed()).created().await;
    tenant.put_cursor(MARK, json!({"position": 1})).ok().await;
    let (token, _) = tenant.another_token(MARK).await;
    let file = format!("full_name,email\nAda {MARK},{MARK}\n");
    let job = tenant.load(json!({"object": "contact"}), file).await;
    let job = job["id"].as_str().unwrap().to_owned();
    Things { tenant, contact, trashed, token, job }
}

fn method(route: &Route) -> Method {
    Method::from_bytes(route.method.as_str().as_bytes()).unwrap()
}

fn path(route: &Route, things: &Things) -> String {
    let id = if route.operation == "records.restore" { &things.trashed } else { &things.contact };
    route
        .path
        .replace("{tenant}", things.tenant.id())
        .replace("{token}", &things.token)
        .replace("{job}", &things.job)
        .replace("{file}", "data")
        .replace("{part}", "1")
        .replace("{object}", "contact")
        .replace("{field}", if route.operation == "records.upsert" { "email" } else { MARK })
        .replace("{key}", MARK)
        .replace("{rule}", MARK)
        .replace("{action}", MARK)
        .replace("{task}", MARK)
        .replace("{id}", id)
        .replace("{matching}", MARK)
        .replace("{first}", &things.contact)
        .replace("{second}", &things.trashed)
        .replace("{value}", &format!("{MARK}%40example.com"))
        .replace("{name}", MARK)
}

fn body(route: &Route) -> Option<Json> {
    let operations = json!([{"op": "create", "object": "contact", "record": {"full_name": "x"}}]);
    match route.operation {
        "tenants.create" => Some(json!({"name": "mallory"})),
        "tenants.update" => Some(json!({"retention_days": 1})),
        "tokens.create" => Some(json!({"name": "x"})),
        "objects.create" => Some(json!({"name": "thing"})),
        "objects.update" | "fields.update" => Some(json!({"label": "x"})),
        "fields.create" => Some(json!({"name": "x", "type": "text"})),
        "keys.create" => Some(json!({"fields": ["full_name"]})),
        "keys.update" | "rules.create" | "rules.update" | "actions.create" | "actions.update" => {
            Some(json!({"name": "x"}))
        }
        "actions.call" => Some(json!({})),
        "schema.plan" | "schema.apply" => Some(json!({"document": {"objects": []}})),
        "records.create" | "records.update" | "records.upsert" => Some(json!({"full_name": "x"})),
        "matching.create" => Some(json!({"name": "x", "on": [{"field": "full_name"}]})),
        "records.merge" => Some(json!({"from": "contact_01h455vb4pex5vsknk084sn02q"})),
        "records.check" => Some(json!({"full_name": "x"})),
        "duplicates.scan" => Some(json!({"object": "contact"})),
        "batch.submit" => Some(json!({ "operations": operations })),
        "cursors.put" => Some(json!({"position": 1})),
        "jobs.create" => Some(json!({"kind": "load", "object": "contact"})),
        _ => None,
    }
}

fn call(caller: &Caller, route: &Route, path: &str) -> Call {
    let call = caller.call(method(route), path);
    match body(route) {
        Some(body) => call.json(&body),
        None if route.operation == "jobs.upload" => call.bytes("text/csv", "full_name\nMallory\n"),
        None => call,
    }
}

fn is_open(route: &Route) -> bool {
    matches!(route.access, Access::Open | Access::Optional)
}

async fn is_closed_without_a_token(server: Server) {
    let things = things(&server).await;
    let mark = things.tenant.mark().await;
    let no_tokens = [
        server.anonymous(),
        server
            .anonymous()
            .with_token("kith_t_01h455vb4pex5vsknk084sn02q_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        server.anonymous().naming(things.tenant.id()),
    ];
    for route in ROUTES.iter().filter(|route| !is_open(route)) {
        for caller in &no_tokens {
            let refused = call(caller, route, &path(route, &things)).await;
            let refused = refused.expect_problem(401, "unauthenticated");
            assert_eq!(refused.header("kith-position"), None, "{refused:?}");
            assert!(!refused.text().contains(MARK), "{refused:?}");
        }
    }
    things.tenant.expect_changes(mark, &[]).await;
}

/// Whether an answer gives nothing of the other tenant away.
fn assert_nothing_of(things: &Things, route: &Route, answer: &Response) {
    let text = answer.text();
    let own_name = answer.json()["instance"].as_str().unwrap_or_default();
    assert!(!text.contains(&format!("Ada {MARK}")), "{}\n{answer:?}", route.operation);
    assert!(!text.replace(own_name, "").contains(things.tenant.id()), "{}\n{answer:?}", route.operation);
}

async fn never_shows_another_tenants_data(server: Server) {
    let victim = things(&server).await;
    let history = victim.tenant.schema().expect(200).await.history().to_owned();
    // The intruder has the same objects, so that nothing is refused for want of them.
    let intruder = crm::tenant(&server).await;
    let mark = victim.tenant.mark().await;
    for route in ROUTES.iter().filter(|route| !is_open(route)) {
        // By the path.
        let path = path(route, &victim);
        let answer = call(intruder.caller(), route, &path).await;
        assert_nothing_of(&victim, route, &answer);
        if ["{id}", "{token}", "{job}"].iter().any(|parameter| route.path.contains(parameter)) {
            assert!(answer.status() == 404, "{}\n{answer:?}", route.operation);
        }
        // By the header, with the id and with the name.
        for name in [victim.tenant.id(), victim.tenant.name()] {
            let answer = call(&intruder.caller().naming(name), route, &path).await;
            assert!(answer.status() == 404 || answer.status() == 403, "{}\n{answer:?}", route.operation);
            assert_nothing_of(&victim, route, &answer);
            assert_ne!(answer.header("kith-history"), Some(history.as_str()), "{answer:?}");
        }
    }
    // By ids within bodies and queries.
    let reach =
        json!([{"op": "update", "object": "contact", "id": victim.contact, "record": {"full_name": "x"}}]);
    intruder.batch(reach).await.expect_problem(404, "not_found");
    let reach = json!([{"op": "purge", "object": "contact", "id": victim.contact}]);
    intruder.batch(reach).await.expect_problem(404, "not_found");
    let refused = intruder.create("deal", json!({"contact": victim.contact})).await;
    refused.expect_problem(422, "reference_not_found");
    let none = intruder.list("deal").query("contact", &victim.contact).await;
    assert!(none.status() >= 400 || none.data().is_empty(), "{none:?}");
    // By positions of the other's history.
    for call in [
        intruder.changes(format!("1:{history}")),
        intruder.schema().min_position(format!("1:{history}")),
        intruder.put_cursor("x", json!({"position": format!("1:{history}")})),
    ] {
        call.await.expect_problem(410, "history_changed");
    }
    victim.tenant.expect_changes(mark, &[]).await;
}

async fn is_closed_to_tenants_where_it_is_for_administrators(server: Server) {
    let things = things(&server).await;
    for route in ROUTES.iter().filter(|route| route.access == Access::Administrator) {
        let refused = call(things.tenant.caller(), route, &path(route, &things)).await;
        refused.expect_problem(403, "forbidden");
    }
    let tenants = server.admin().caller().get("/v1/tenants").expect(200).await;
    assert!(!tenants.text().contains("mallory"));
}

async fn wants_a_tenant_where_it_is_about_one(server: Server) {
    let things = things(&server).await;
    let mark = things.tenant.mark().await;
    let admin = server.admin();
    for route in ROUTES.iter().filter(|route| route.access == Access::Tenant) {
        let path = path(route, &things);
        call(admin.caller(), route, &path).await.expect_problem(400, "invalid_parameter");
        for nobody in ["tenant_01h455vb4pex5vsknk084sn02q", "nobody", "../x", "%00", ""] {
            let refused = call(&admin.caller().naming(nobody), route, &path).await;
            assert!(refused.status() == 404 || refused.status() == 400, "{nobody}\n{refused:?}");
        }
    }
    things.tenant.expect_changes(mark, &[]).await;
}
