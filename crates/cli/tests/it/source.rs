//! Records of another system, by the ids that they have there.

use std::collections::BTreeSet;

use kith_testing::{Call, Response, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::command_line::Kith;
use crate::crm;

each_db!(
    writes_and_reads_by_source,
    makes_the_id_map_like_any_object,
    stands_in_a_batch,
    finds_by_key_first_time,
    is_named_by_references,
    follows_a_merge,
    goes_and_comes_back_with_its_record,
    makes_one_record_of_many_writers,
    makes_the_id_map_once_for_many_objects,
    refuses_an_object_that_is_something_else,
    refuses_what_is_no_source_id,
    is_guarded_by_if_match,
    upserts_from_the_command_line,
);

fn put(tenant: &Tenant, object: &str, id: &str, record: &Json) -> Call {
    tenant.caller().put(&format!("/v1/records/{object}/by-source/old/Person/{id}"), record)
}

fn read(tenant: &Tenant, object: &str, id: &str) -> Call {
    tenant.caller().get(&format!("/v1/records/{object}/by-source/old/Person/{id}"))
}

fn source(id: &str) -> Json {
    json!({"system": "old", "object": "Person", "id": id})
}

async fn writes_and_reads_by_source(server: Server) {
    let tenant = crm::tenant(&server).await;
    read(&tenant, "contact", "1").await.expect_problem(404, "not_found");
    let mark = tenant.mark().await;
    let made = put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).expect(201).await;
    let id = made.id();
    assert_eq!(made.header("location"), Some(format!("/v1/records/contact/{id}").as_str()));
    let again = put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).expect(200).await;
    assert_eq!(again.json(), made.json());
    let changed = put(&tenant, "contact", "1", &json!({"stage": "won"})).expect(200).await;
    assert_eq!((changed.id(), &changed.json()["full_name"]), (id.clone(), &json!("Ada")));
    let found = read(&tenant, "contact", "1").expect(200).await;
    assert_eq!(found.json(), changed.json());
    assert_eq!(found.header("content-location"), Some(format!("/v1/records/contact/{id}").as_str()));
    let other = put(&tenant, "contact", "1%2F%C3%A9%20", &json!({"full_name": "B"})).expect(201).await;
    assert_eq!(read(&tenant, "contact", "1%2F%C3%A9%20").ok().await["id"], other.id());
    // Letter by letter.
    put(&tenant, "contact", "a", &json!({"full_name": "a"})).expect(201).await;
    read(&tenant, "contact", "A").await.expect_problem(404, "not_found");
    read(&tenant, "company", "1").await.expect_problem(404, "not_found");
    put(&tenant, "company", "1", &json!({"name": "x"})).await.expect_problem(422, "invalid_value");
    let wanted = [
        "schema.changed id_map",
        "record.created contact",
        "record.created id_map",
        "record.updated contact",
        "record.created contact",
        "record.created id_map",
        "record.created contact",
        "record.created id_map",
        "schema.changed id_map",
    ];
    tenant.expect_changes(mark, &wanted).await;
}

async fn makes_the_id_map_like_any_object(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).created().await["id"].clone();
    let page = tenant.list("id_map").query("system", "old").expect(200).await;
    let [row] = page.data() else { panic!("one row: {page:?}") };
    assert_eq!(
        (&row["source_object"], &row["source_id"], &row["record"]),
        (&json!("Person"), &json!("1"), &id)
    );
    let document = tenant.object("id_map").ok().await;
    let record =
        document["fields"].as_array().unwrap().iter().find(|field| field["name"] == "record").unwrap();
    assert_eq!((&record["to"], &record["on_delete"]), (&json!(["contact"]), &json!("cascade")));
    // It may have more, and other names, and is still found.
    tenant.create_field("id_map", field::text("note")).created().await;
    tenant.patch_object("id_map", json!({"name": "origin"})).ok().await;
    tenant.patch_field("origin", "source_id", json!({"name": "there"})).ok().await;
    assert_eq!(put(&tenant, "contact", "1", &json!({})).ok().await["id"], id);
    assert_eq!(read(&tenant, "contact", "1").ok().await["id"], id);
}

async fn stands_in_a_batch(server: Server) {
    let tenant = crm::tenant(&server).await;
    let create =
        json!({"op": "create", "object": "contact", "source": source("1"), "record": {"full_name": "Ada"}});
    let upsert =
        json!({"op": "upsert", "object": "contact", "source": source("1"), "record": {"stage": "lead"}});
    let update = json!({"op": "update", "object": "contact", "id": {"$source": source("1")}, "record": {"stage": "won"}});
    let delete = json!({"op": "delete", "object": "contact", "id": {"$source": source("1")}});
    let answer = tenant.batch(json!([create, upsert, update, create])).ok().await;
    let results = answer["results"].as_array().unwrap();
    let ids: BTreeSet<&str> = results.iter().map(|result| result["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1);
    let statuses: Vec<i64> = results.iter().map(|result| result["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [201, 200, 200, 200]);
    assert_eq!(results[3]["record"]["stage"], "won");
    tenant.batch(json!([delete])).ok().await;
    let refused = tenant.batch(json!([update])).await.expect_problem(404, "not_found");
    refused.expect_fault("not_found", "/operations/0/id");
    let refused = tenant.batch(json!([
        {"op": "upsert", "object": "contact", "record": {"full_name": "x"}},
        {"op": "create", "object": "contact", "source": {"system": "old", "id": "1"}, "record": {"full_name": "x"}},
        {"op": "delete", "object": "contact", "id": {"$source": {"system": "", "object": "o", "id": "1"}}},
        {"op": "restore", "object": "contact", "id": "contact_1", "source": source("1")},
    ]));
    refused.await.expect_status(422).expect_faults(&[
        ("required", "/operations/0/by"),
        ("required", "/operations/1/source/object"),
        ("invalid_value", "/operations/2/id/$source/system"),
        ("unknown_member", "/operations/3/source"),
    ]);
}

async fn finds_by_key_first_time(server: Server) {
    let tenant = crm::tenant(&server).await;
    let ada = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let upsert = |email: &str| {
        json!([{"op": "upsert", "object": "contact", "source": source("1"), "by": {"email": email},
            "record": {"full_name": "Ada L.", "email": email}}])
    };
    let first = tenant.batch(upsert("ADA@example.com")).ok().await;
    assert_eq!(first["results"][0]["id"], json!(ada));
    let second = tenant.batch(upsert("else@example.com")).ok().await;
    assert_eq!((&second["results"][0]["id"], &second["results"][0]["status"]), (&json!(ada), &json!(200)));
    assert_eq!(tenant.get("contact", &ada).ok().await["email"], "else@example.com");
}

async fn is_named_by_references(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = put(&tenant, "company", "c", &json!({"name": "Acme"})).created().await["id"].clone();
    let by = json!({"$source": source("c")});
    let made = tenant.create("contact", json!({"full_name": "Ada", "company": by})).created().await;
    assert_eq!(made["company"], company);
    let none = json!({"$source": source("x"), "$else": null});
    let made = tenant.create("contact", json!({"full_name": "B", "company": none})).created().await;
    assert_eq!(made["company"], Json::Null);
    let refused =
        tenant.create("contact", json!({"full_name": "B", "company": {"$source": source("x")}})).await;
    refused.expect_problem(422, "reference_not_found").expect_fault("reference_not_found", "/company");
    put(&tenant, "contact", "p", &json!({"full_name": "P"})).created().await;
    let refused =
        tenant.create("contact", json!({"full_name": "B", "company": {"$source": source("p")}})).await;
    refused.expect_fault("invalid_type", "/company");
}

async fn follows_a_merge(server: Server) {
    let tenant = crm::tenant(&server).await;
    let one = put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).expect(201).await.id();
    let two = put(&tenant, "contact", "2", &json!({"full_name": "Ada L."})).expect(201).await.id();
    tenant.caller().post(&format!("/v1/records/contact/{one}/merge"), &json!({"from": two})).ok().await;
    assert_eq!(read(&tenant, "contact", "2").ok().await["id"], json!(one));
    let again = put(&tenant, "contact", "2", &json!({"full_name": "Lady Ada"})).expect(200).await;
    assert_eq!((again.id(), &again.json()["full_name"]), (one.clone(), &json!("Lady Ada")));
    assert_eq!(tenant.list("contact").expect(200).await.data().len(), 1);
    assert_eq!(tenant.list("id_map").query("record", &one).expect(200).await.data().len(), 2);
}

async fn goes_and_comes_back_with_its_record(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).expect(201).await.id();
    tenant.delete("contact", &id).done().await;
    read(&tenant, "contact", "1").await.expect_problem(404, "not_found");
    assert_eq!(tenant.list("id_map").expect(200).await.data().len(), 0);
    tenant.restore("contact", &id).ok().await;
    assert_eq!(put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).ok().await["id"], json!(id));
    // Brought in again meanwhile, it is another record, and the first cannot come back.
    tenant.delete("contact", &id).done().await;
    put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).created().await;
    tenant.restore("contact", &id).await.expect_problem(409, "not_unique");
    tenant.purge("contact", &id).done().await;
}

async fn makes_one_record_of_many_writers(server: Server) {
    let tenant = crm::tenant(&server).await;
    let calls = (0..24).map(|n| put(&tenant, "contact", "1", &json!({"full_name": format!("Ada {n}")})));
    let sent: Vec<_> = calls.map(|call| tokio::spawn(async move { call.await })).collect();
    let mut answers = Vec::new();
    for each in sent {
        answers.push(each.await.unwrap());
    }
    let count = |status: u16| answers.iter().filter(|answer| answer.status() == status).count();
    assert_eq!((count(201), count(200)), (1, 23), "{answers:?}");
    let ids: BTreeSet<String> = answers.iter().map(Response::id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(tenant.list("id_map").expect(200).await.data().len(), 1);
}

async fn makes_the_id_map_once_for_many_objects(server: Server) {
    let tenant = server.tenant().await;
    for n in 0..12 {
        let name = format!("thing_{}", ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"][n]);
        tenant.define(object(&name).field(field::text("name"))).await;
    }
    let names: Vec<String> = tenant.schema().ok().await["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["name"].as_str().unwrap().to_owned())
        .collect();
    let call = |name: &String| put(&tenant, name, name, &json!({"name": name}));
    let sent: Vec<_> = names.iter().map(call).map(|call| tokio::spawn(async move { call.await })).collect();
    for each in sent {
        each.await.unwrap().expect_status(201);
    }
    let document = tenant.object("id_map").ok().await;
    let record =
        document["fields"].as_array().unwrap().iter().find(|field| field["name"] == "record").unwrap();
    assert_eq!(record["to"].as_array().unwrap().len(), 12);
}

async fn refuses_an_object_that_is_something_else(server: Server) {
    let tenant = crm::tenant(&server).await;
    tenant.define(object("id_map").field(field::text("system"))).await;
    let mark = tenant.mark().await;
    let refused = put(&tenant, "contact", "1", &json!({"full_name": "Ada"})).await;
    let refused = refused.expect_problem(422, "invalid_definition");
    let detail = refused.faults()[0]["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("`id_map`") && detail.contains("source_object"), "{detail}");
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_what_is_no_source_id(server: Server) {
    let tenant = crm::tenant(&server).await;
    let long = "x".repeat(201);
    for id in [long.as_str(), "%0A"] {
        put(&tenant, "contact", id, &json!({"full_name": "x"}))
            .await
            .expect_problem(400, "invalid_parameter");
        read(&tenant, "contact", id).await.expect_problem(400, "invalid_parameter");
    }
    put(&tenant, "nothing", "1", &json!({})).await.expect_problem(404, "not_found");
    read(&tenant, "nothing", "1").await.expect_problem(404, "not_found");
    put(&tenant, "contact", "1", &json!({"nme": 1})).await.expect_fault("unknown_field", "/nme");
}

async fn is_guarded_by_if_match(server: Server) {
    let tenant = crm::tenant(&server).await;
    let write = |name: &str| put(&tenant, "contact", "1", &json!({ "full_name": name }));
    write("Ada").if_match(1).await.expect_problem(412, "version_mismatch");
    write("Ada").created().await;
    write("B").if_match(2).await.expect_problem(412, "version_mismatch");
    assert_eq!(write("B").if_match(1).ok().await["version"], 2);
}

async fn upserts_from_the_command_line(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let ada = r#"{"full_name": "Ada"}"#;
    let made = kith.json(&["record", "upsert", "contact", "--source", "old/Person/1/2", ada]).await;
    let found = tenant.caller().get("/v1/records/contact/by-source/old/Person/1%2F2").ok().await;
    assert_eq!(found["id"], made["id"]);
    kith.run(&["record", "upsert", "contact", "--source", "old/1", ada])
        .await
        .expect_failure(2, "SYSTEM/OBJECT/ID");
    kith.run(&["record", "upsert", "contact", "email", ada])
        .await
        .expect_failure(2, "FIELD, VALUE and RECORD");
    let token = kith.json(&["token", "create", "importer", "--right", "import"]).await;
    assert_eq!(token["rights"], json!(["import"]));
}
