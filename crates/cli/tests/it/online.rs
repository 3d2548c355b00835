//! Schema changes of objects in use: keys over many records, and wider types.

use kith_testing::{Engine, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::tasks::{all, done, ended, make_many};

each_db!(
    builds_a_unique_key_over_many_records,
    names_the_records_in_the_way_of_a_unique_key,
    builds_an_index_over_many_records,
    relabels_types_at_once,
    widens_types_of_few_records_at_once,
    widens_an_integer_of_many_records,
    widens_a_date_of_many_records,
    gives_amounts_more_digits,
    keeps_keys_of_a_widened_field,
    refuses_types_that_are_not_wider,
    restores_what_was_deleted_before_the_widening,
    computes_anew_what_reads_a_widened_field,
    computes_anew_what_reads_it_through_a_reference,
);

const MANY: usize = 10_500;

async fn people(server: &Server, count: usize, number: impl Fn(usize) -> Json) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("person").field(field::integer("number"))).await;
    make_many(&tenant, "person", count, |each| json!({ "number": number(each) })).await;
    tenant
}

fn is_apart(server: &Server) -> bool {
    server.database().engine() == Engine::Postgres
}

async fn builds_a_unique_key_over_many_records(server: Server) {
    let tenant = people(&server, MANY, |number| json!(number)).await;
    let made = tenant.create_key("person", json!({"fields": ["number"]})).created().await;
    if is_apart(&server) {
        assert_eq!(made["state"], json!("building"));
        let task = done(&tenant, &made).await;
        assert_eq!((&task["kind"], &task["key"]), (&json!("key"), &json!("number")));
    }
    tenant.create("person", json!({"number": 17})).await.expect_problem(409, "not_unique");
    tenant.upsert("person", "number", "17", json!({})).expect(200).await;
}

async fn names_the_records_in_the_way_of_a_unique_key(server: Server) {
    let tenant = people(&server, MANY, |number| json!(number.max(3))).await;
    let refused = tenant.create_key("person", json!({"fields": ["number"]})).await;
    let refused = refused.expect_problem(409, "data_conflict");
    let faults = refused.faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0]["records"].as_array().unwrap().len(), 4);
    let object = tenant.object("person").ok().await;
    assert_eq!(object["keys"], json!([]));
}

async fn builds_an_index_over_many_records(server: Server) {
    let tenant = people(&server, MANY, |number| json!(number % 10)).await;
    let made = tenant.create_key("person", json!({"fields": ["number"], "unique": false})).created().await;
    if is_apart(&server) {
        done(&tenant, &made).await;
    }
    let found = tenant.list("person").query("number", 3).query("limit", 5).ok().await;
    assert_eq!(found["data"].as_array().unwrap().len(), 5);
    tenant.drop_key("person", "number").done().await;
}

async fn relabels_types_at_once(server: Server) {
    let tenant = server.tenant().await;
    let fields = object("thing")
        .field(field::text("a"))
        .field(field::email("b"))
        .field(field::url("c"))
        .field(field::select("d", &["x", "y"]));
    tenant.define(fields).await;
    let thing = json!({"a": "one", "b": "a@example.com", "c": "https://example.com/", "d": "x"});
    let id = tenant.make("thing", thing).await;
    tenant.patch_field("thing", "a", json!({"type": "long_text"})).ok().await;
    for name in ["b", "c", "d"] {
        let changed = tenant.patch_field("thing", name, json!({"type": "text"})).ok().await;
        assert_eq!((&changed["type"], &changed["task"]), (&json!("text"), &Json::Null));
    }
    let changed =
        tenant.patch("thing", &id, json!({"a": "two\nlines", "b": "no address", "d": "z"})).ok().await;
    assert_eq!((&changed["a"], &changed["d"]), (&json!("two\nlines"), &json!("z")));
}

async fn widened(server: &Server, count: usize) -> (Tenant, Json) {
    let tenant = people(server, count, |number| json!(number)).await;
    let changed = tenant
        .patch_field("person", "number", json!({"type": "decimal", "precision": 12, "scale": 2}))
        .ok()
        .await;
    (tenant, changed)
}

async fn widens_types_of_few_records_at_once(server: Server) {
    let (tenant, changed) = widened(&server, 12).await;
    assert_eq!((&changed["task"], &changed["state"]), (&Json::Null, &Json::Null));
    let field = tenant.caller().get("/v1/schema/objects/person/fields/number").ok().await;
    assert_eq!((&field["type"], &field["scale"]), (&json!("decimal"), &json!(2)));
    for (number, person) in all(&tenant, "person").await.iter().enumerate() {
        assert_eq!(person["number"], json!(format!("{number}.00")));
    }
    tenant.patch_field("person", "number", json!({"precision": 14, "scale": 4})).ok().await;
    let person = &all(&tenant, "person").await[5];
    assert_eq!(person["number"], json!("5.0000"));
    tenant.patch("person", person["id"].as_str().unwrap(), json!({"number": "5.1234"})).ok().await;
    tenant.verify().await;
}

async fn widens_an_integer_of_many_records(server: Server) {
    let (tenant, changed) = widened(&server, 2_500).await;
    assert_eq!((&changed["type"], &changed["state"]), (&json!("integer"), &json!("filling")));
    let new = tenant.make("person", json!({"number": -3})).await;
    let task = done(&tenant, &changed).await;
    assert_eq!((&task["kind"], &task["field"]), (&json!("widen"), &json!("number")));
    assert_eq!(tenant.get("person", &new).ok().await["number"], json!("-3.00"));
    for (number, person) in all(&tenant, "person").await.iter().take(2_500).enumerate() {
        assert_eq!(person["number"], json!(format!("{number}.00")));
        assert_eq!(person["version"], json!(1));
    }
    let found = tenant.list("person").query("number", "17").ok().await;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
}

async fn widens_a_date_of_many_records(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("event").field(field::date("day")).field(field::select("kind", &["a", "b"]))).await;
    make_many(&tenant, "event", 1_500, |number| {
        let day = format!("20{:02}-03-{:02}", number % 70, 1 + number % 28);
        let day = if number % 9 == 0 { Json::Null } else { json!(day) };
        let kind = if number % 2 == 0 { "a" } else { "b" };
        json!({"day": day, "kind": kind})
    })
    .await;
    let before = all(&tenant, "event").await;
    let day = tenant.patch_field("event", "day", json!({"type": "datetime"})).ok().await;
    let kind = tenant.patch_field("event", "kind", json!({"type": "multi_select"})).ok().await;
    done(&tenant, &day).await;
    done(&tenant, &kind).await;
    for (old, new) in before.iter().zip(all(&tenant, "event").await) {
        let wanted = old["day"].as_str().map(|day| format!("{day}T00:00:00.000000Z"));
        assert_eq!(new["day"], json!(wanted));
        assert_eq!(new["kind"], json!([old["kind"]]));
    }
}

async fn gives_amounts_more_digits(server: Server) {
    let tenant = server.tenant().await;
    let amount = || field::currency("amount");
    tenant.define(object("deal").field(amount())).await;
    let money = |number: usize| match number % 3 {
        0 => json!({}),
        _ => json!({"amount": {"amount": format!("{number}.25"), "currency": "EUR"}}),
    };
    make_many(&tenant, "deal", 2_100, money).await;
    let gone = tenant.make("deal", json!({"amount": {"amount": "7.50", "currency": "USD"}})).await;
    tenant.delete("deal", &gone).done().await;
    let changed = tenant.patch_field("deal", "amount", json!({"scale": 4})).ok().await;
    assert_eq!((&changed["scale"], &changed["state"]), (&json!(2), &json!("filling")));
    let new = tenant.make("deal", json!({"amount": {"amount": "-0.01", "currency": "JPY"}})).await;
    done(&tenant, &changed).await;
    let field = tenant.caller().get("/v1/schema/objects/deal/fields/amount").ok().await;
    assert_eq!((&field["scale"], &field["state"]), (&json!(4), &Json::Null));
    for (number, deal) in all(&tenant, "deal").await.iter().take(2_100).enumerate() {
        let wanted = match number % 3 {
            0 => Json::Null,
            _ => json!({"amount": format!("{number}.2500"), "currency": "EUR"}),
        };
        assert_eq!(deal["amount"], wanted);
    }
    assert_eq!(tenant.get("deal", &new).ok().await["amount"]["amount"], json!("-0.0100"));
    let restored = tenant.restore("deal", &gone).ok().await;
    assert_eq!(restored["amount"], json!({"amount": "7.5000", "currency": "USD"}));
    tenant.patch_field("deal", "amount", json!({"scale": 2})).await.expect_problem(422, "invalid_definition");
    // What has sixteen digits before the point has no room for four after it.
    let most = json!({"amount": {"amount": "12345678901234.5", "currency": "EUR"}});
    let most = tenant.make("deal", most).await;
    let refused = tenant.patch_field("deal", "amount", json!({"scale": 6})).await;
    let refused = refused.expect_problem(409, "data_conflict");
    assert_eq!(refused.faults()[0]["records"], json!([most]));
}

async fn keeps_keys_of_a_widened_field(server: Server) {
    let tenant = people(&server, 1_500, |number| json!(number)).await;
    tenant.create_key("person", json!({"fields": ["number"]})).created().await;
    let changed = tenant.patch_field("person", "number", json!({"type": "decimal", "scale": 2})).ok().await;
    tenant.create("person", json!({"number": 17})).await.expect_problem(409, "not_unique");
    done(&tenant, &changed).await;
    tenant.create("person", json!({"number": "17.00"})).await.expect_problem(409, "not_unique");
    tenant.create("person", json!({"number": "17.01"})).created().await;
}

async fn refuses_types_that_are_not_wider(server: Server) {
    let (tenant, _) = widened(&server, 3).await;
    for patch in [
        json!({"type": "integer"}),
        json!({"type": "text"}),
        json!({"precision": 8, "scale": 2}),
        json!({"precision": 12, "scale": 1}),
    ] {
        tenant.patch_field("person", "number", patch).await.expect_problem(422, "invalid_definition");
    }
}

async fn restores_what_was_deleted_before_the_widening(server: Server) {
    let tenant = people(&server, 3, |number| json!(number)).await;
    let id = tenant.make("person", json!({"number": 40})).await;
    tenant.delete("person", &id).done().await;
    tenant.patch_field("person", "number", json!({"type": "decimal", "scale": 2})).ok().await;
    tenant.restore("person", &id).expect(200).await;
    assert_eq!(tenant.get("person", &id).ok().await["number"], json!("40.00"));
}

async fn computes_anew_what_reads_a_widened_field(server: Server) {
    for count in [12, 1_200] {
        let tenant = server.tenant().await;
        tenant.define(object("person").field(field::integer("number"))).await;
        make_many(&tenant, "person", count, |number| json!({ "number": number })).await;
        let half = field::decimal("half", 12, 2).set("computed", json!("round(number / 2, 2)"));
        let made = tenant.create_field("person", half.set("stored", json!(true))).created().await;
        if made["task"].is_string() {
            done(&tenant, &made).await;
        }
        let changed =
            tenant.patch_field("person", "number", json!({"type": "decimal", "scale": 2})).ok().await;
        if changed["task"].is_string() {
            done(&tenant, &changed).await;
        }
        let tasks = tenant.caller().get("/v1/schema/tasks").ok().await;
        for task in tasks["data"].as_array().unwrap() {
            ended(&tenant, task["id"].as_str().unwrap()).await;
        }
        for (number, person) in all(&tenant, "person").await.iter().enumerate() {
            let wanted = format!("{}.{}", number / 2, if number % 2 == 0 { "00" } else { "50" });
            assert_eq!(
                (&person["number"], &person["half"]),
                (&json!(format!("{number}.00")), &json!(wanted))
            );
        }
    }
}

/// Teams with a number of seats, and people who say how many their team has.
async fn seated(server: &Server, count: usize) -> (Tenant, String) {
    let tenant = server.tenant().await;
    tenant.define(object("team").field(field::integer("seats"))).await;
    let seats = field::text("seats").set("computed", json!("string(team.seats)")).set("stored", json!(true));
    tenant.define(object("person").field(field::reference("team", &["team"])).field(seats)).await;
    let team = tenant.make("team", json!({"seats": 7})).await;
    make_many(&tenant, "person", count, |_| json!({ "team": team })).await;
    (tenant, team)
}

async fn computes_anew_what_reads_it_through_a_reference(server: Server) {
    for count in [3, 1_200] {
        let (tenant, _) = seated(&server, count).await;
        assert_eq!(all(&tenant, "person").await[2]["seats"], json!("7"));
        let wider = json!({"type": "decimal", "precision": 12, "scale": 2});
        tenant.patch_field("team", "seats", wider).ok().await;
        let path = "/v1/schema/objects/person/fields/seats";
        let field = tenant.caller().get(path).ok().await;
        if field["task"].is_string() {
            done(&tenant, &field).await;
        }
        for person in all(&tenant, "person").await {
            assert_eq!(person["seats"], json!("7.00"));
        }
    }
}
