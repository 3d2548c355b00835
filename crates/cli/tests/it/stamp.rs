//! Times and authors of another system, and the right to say them.

use kith_testing::{Call, Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    gives_a_record_its_own_time_and_author,
    tells_what_is_ours_and_what_is_theirs,
    orders_records_by_their_time,
    heeds_what_is_newer,
    refuses_impossible_times,
    needs_the_right,
    gives_rights_that_one_has,
    changes_nothing_the_second_time,
    survives_deletion_and_merge,
);

const MADE: &str = "2019-04-01T09:30:00.000000Z";
const CHANGED: &str = "2020-05-02T10:31:01.500000Z";

fn stamps() -> Json {
    json!({
        "created_at": MADE, "updated_at": CHANGED,
        "created_by": {"system": "old", "object": "User", "id": "7"},
        "updated_by": {"system": "old", "object": "User", "id": "8"},
    })
}

fn import(tenant: &Tenant, id: &str, record: Json, stamps: &Json) -> Call {
    let source = json!({"system": "old", "object": "Person", "id": id});
    tenant.batch(json!([
        {"op": "upsert", "object": "contact", "source": source, "stamps": stamps, "record": record},
    ]))
}

async fn record(call: Call) -> Json {
    call.ok().await["results"][0]["record"].clone()
}

async fn gives_a_record_its_own_time_and_author(server: Server) {
    let tenant = crm::tenant(&server).await;
    let ada = record(import(&tenant, "1", json!({"full_name": "Ada"}), &stamps())).await;
    assert_eq!((&ada["created_at"], &ada["updated_at"]), (&json!(MADE), &json!(CHANGED)));
    for member in ["created_by", "updated_by", "owner"] {
        assert!(ada[member].as_str().unwrap().starts_with("user_"), "{ada}");
    }
    assert_ne!(ada["created_by"], ada["updated_by"]);
    assert_eq!(ada["owner"], ada["created_by"]);
    // Who they were is in the id map.
    let noted = tenant.list("id_map").query("actor", ada["created_by"].as_str().unwrap()).expect(200).await;
    let [author] = noted.data() else { panic!("one author: {noted:?}") };
    assert_eq!((&author["source_object"], &author["source_id"]), (&json!("User"), &json!("7")));
    assert_eq!(author["record"], Json::Null);
    // Another record by the same author, who is the same everywhere.
    let other = record(import(&tenant, "2", json!({"full_name": "B"}), &stamps())).await;
    assert_eq!(other["created_by"], ada["created_by"]);
    let elsewhere = crm::tenant(&server).await;
    let there = record(import(&elsewhere, "9", json!({"full_name": "C"}), &stamps())).await;
    assert_eq!(there["created_by"], ada["created_by"]);
}

async fn tells_what_is_ours_and_what_is_theirs(server: Server) {
    let tenant = crm::tenant(&server).await;
    let me = tenant.caller().get("/v1/whoami").ok().await["actor"].clone();
    let mark = tenant.mark().await;
    let ada = record(import(&tenant, "1", json!({"full_name": "Ada"}), &stamps())).await;
    let id = ada["id"].as_str().unwrap();
    let theirs = json!({
        "system": "old", "object": "Person", "id": "1", "created_at": MADE, "updated_at": CHANGED,
        "created_by": ada["created_by"], "updated_by": ada["updated_by"],
    });
    let shown = tenant.get("contact", id).query("provenance", true).ok().await;
    let provenance = &shown["provenance"]["full_name"];
    assert_eq!((&provenance["imported"], &provenance["actor"]), (&theirs, &me));
    assert!(provenance["at"].as_str().unwrap() > "2026", "the time at which it was brought in");
    let history = tenant.history("contact", id).expect(200).await;
    assert_eq!((&history.data()[0]["imported"], &history.data()[0]["actor"]), (&theirs, &me));
    let timeline = tenant.caller().get(&format!("/v1/records/contact/{id}/timeline/full_name")).ok().await;
    assert_eq!(timeline["periods"][0]["imported"], theirs);
    let stream = tenant.changes(mark).expect(200).await;
    let changes: Vec<&Json> =
        stream.data().iter().flat_map(|entry| entry["changes"].as_array().unwrap()).collect();
    let made = changes.iter().find(|change| change["id"] == id).unwrap();
    assert_eq!(made["imported"], theirs);
    // What is not of there says nothing of it.
    tenant.patch("contact", id, json!({"full_name": "Ada L."})).ok().await;
    let shown = tenant.get("contact", id).query("provenance", true).ok().await;
    assert_eq!(shown["provenance"]["full_name"].get("imported"), None);
    assert_eq!(tenant.history("contact", id).expect(200).await.data()[1].get("imported"), None);
}

async fn orders_records_by_their_time(server: Server) {
    let tenant = crm::tenant(&server).await;
    let today = tenant.make("contact", json!({"full_name": "today"})).await;
    let mut wanted = Vec::new();
    for (n, year) in [2021, 2019, 2020, 2019].iter().enumerate() {
        let stamps = json!({ "created_at": format!("{year}-01-01T00:00:00Z") });
        let made =
            record(import(&tenant, &n.to_string(), json!({"full_name": n.to_string()}), &stamps)).await;
        wanted.push((*year, n, made["id"].as_str().unwrap().to_owned()));
    }
    wanted.sort();
    let mut ids: Vec<String> = wanted.into_iter().map(|(_, _, id)| id).collect();
    ids.push(today);
    let listed = |page: &kith_testing::Response| -> Vec<String> {
        page.data().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed(&tenant.list("contact").expect(200).await), ids);
    // A page at a time, too.
    let (mut paged, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let call = tenant.list("contact").query("limit", 2);
        let call = match &cursor {
            Some(cursor) => call.query("cursor", cursor),
            None => call,
        };
        let page = call.expect(200).await;
        paged.extend(listed(&page));
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(paged, ids);
}

async fn heeds_what_is_newer(server: Server) {
    let tenant = crm::tenant(&server).await;
    import(&tenant, "1", json!({"full_name": "Ada"}), &stamps()).ok().await;
    let later = json!({"updated_at": "2021-01-01T00:00:00Z", "created_at": "2015-01-01T00:00:00Z"});
    let newer = record(import(&tenant, "1", json!({"full_name": "B"}), &later)).await;
    assert_eq!(
        (&newer["created_at"], &newer["updated_at"]),
        (&json!(MADE), &json!("2021-01-01T00:00:00.000000Z"))
    );
    let older = record(import(&tenant, "1", json!({"full_name": "C"}), &stamps())).await;
    assert!(older["updated_at"].as_str().unwrap() > "2026", "it was changed now: {older}");
    assert!(older["updated_by"].as_str().unwrap().starts_with("token_"), "{older}");
    // By id, without a source.
    let id = older["id"].as_str().unwrap();
    let update = json!([{"op": "update", "object": "contact", "id": id, "record": {"full_name": "D"},
        "stamps": {"updated_by": {"system": "old", "object": "User", "id": "9"}}}]);
    let update = record(tenant.batch(update)).await;
    assert!(update["updated_by"].as_str().unwrap().starts_with("user_"), "{update}");
}

async fn refuses_impossible_times(server: Server) {
    let tenant = crm::tenant(&server).await;
    import(&tenant, "0", json!({"full_name": "x"}), &stamps()).ok().await;
    let mark = tenant.mark().await;
    for (stamps, code, member) in [
        (json!({"created_at": "2999-01-01T00:00:00Z"}), "invalid_value", "/created_at"),
        (json!({"created_at": "1969-12-31T23:59:59Z"}), "invalid_value", "/created_at"),
        (json!({"created_at": MADE, "updated_at": "2018-01-01T00:00:00Z"}), "invalid_value", "/updated_at"),
        (json!({"updated_at": CHANGED}), "required", "/created_at"),
        (json!({"created_at": "yesterday"}), "invalid_value", "/created_at"),
        (json!({"created_on": MADE}), "unknown_member", "/created_on"),
        (json!({"created_by": "me"}), "invalid_value", "/created_by"),
        (json!({"created_by": {"system": "x"}}), "required", "/created_by/object"),
    ] {
        let refused = import(&tenant, "1", json!({"full_name": "x"}), &stamps).await;
        refused.expect_status(422).expect_fault(code, &format!("/operations/0/stamps{member}"));
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn needs_the_right(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (_, other) = tenant.another_token("plain").await;
    assert_eq!(other.caller().get("/v1/whoami").ok().await["rights"], json!([]));
    assert_eq!(tenant.caller().get("/v1/whoami").ok().await["rights"], json!(["import"]));
    let mark = tenant.mark().await;
    let refused = import(&other, "1", json!({"full_name": "Ada"}), &stamps()).await;
    refused.expect_problem(403, "forbidden").expect_fault("forbidden", "/operations/0/stamps");
    tenant.expect_changes(mark, &[]).await;
    // Without stamps, nothing is wanted of it.
    import(&other, "1", json!({"full_name": "Ada"}), &Json::Null).ok().await;
    let made = tenant.caller().post("/v1/tokens", &json!({"name": "importer", "rights": ["import"]}));
    let made = made.created().await;
    assert_eq!(made["rights"], json!(["import"]));
    let importer = tenant.with_token(made["token"].as_str().unwrap());
    import(&importer, "2", json!({"full_name": "Ada"}), &stamps()).ok().await;
    tenant.caller().delete(&format!("/v1/tokens/{}", made["id"].as_str().unwrap())).done().await;
    import(&importer, "3", json!({"full_name": "Ada"}), &stamps())
        .await
        .expect_problem(401, "unauthenticated");
}

async fn gives_rights_that_one_has(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (_, other) = tenant.another_token("plain").await;
    let mark = tenant.mark().await;
    let wanted = json!({"name": "x", "rights": ["import"]});
    let refused = other.caller().post("/v1/tokens", &wanted).await;
    refused.expect_problem(403, "forbidden").expect_fault("forbidden", "/rights");
    for (rights, pointer) in [(json!(["impot"]), "/rights/0"), (json!("import"), "/rights")] {
        let refused = tenant.caller().post("/v1/tokens", &json!({"name": "x", "rights": rights})).await;
        assert_eq!(refused.expect_status(422).faults()[0]["pointer"], pointer);
    }
    tenant.caller().post("/v1/tokens", &wanted).created().await;
    let stream = tenant.changes(mark).expect(200).await;
    assert_eq!(stream.data()[0]["changes"][0]["token"]["rights"], json!(["import"]));
    let page = tenant.caller().get("/v1/tokens").expect(200).await;
    let rights: Vec<&Json> = page.data().iter().map(|token| &token["rights"]).collect();
    assert_eq!(rights, [&json!(["import"]), &json!([]), &json!(["import"])]);
}

async fn changes_nothing_the_second_time(server: Server) {
    let tenant = crm::tenant(&server).await;
    let first = record(import(&tenant, "1", json!({"full_name": "Ada"}), &stamps())).await;
    let mark = tenant.mark().await;
    let second = record(import(&tenant, "1", json!({"full_name": "Ada"}), &stamps())).await;
    assert_eq!(first, second);
    tenant.expect_changes(mark, &[]).await;
}

async fn survives_deletion_and_merge(server: Server) {
    let tenant = crm::tenant(&server).await;
    let one = record(import(&tenant, "1", json!({"full_name": "Ada"}), &stamps())).await;
    let two =
        record(import(&tenant, "2", json!({"full_name": "Ada", "email": "a@example.com"}), &stamps())).await;
    let id = one["id"].as_str().unwrap();
    tenant.delete("contact", id).done().await;
    let restored = tenant.restore("contact", id).ok().await;
    assert_eq!((&restored["created_at"], &restored["created_by"]), (&json!(MADE), &one["created_by"]));
    let merge = tenant.caller().post(&format!("/v1/records/contact/{id}/merge"), &json!({"from": two["id"]}));
    let merged = merge.ok().await;
    assert_eq!((&merged["created_at"], &merged["email"]), (&json!(MADE), &json!("a@example.com")));
}
