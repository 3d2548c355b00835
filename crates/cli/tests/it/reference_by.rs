//! References by a unique key: found in the write itself, or made by it.

use std::collections::BTreeSet;

use kith_testing::{Response, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    finds_in_every_write,
    refuses_what_cannot_be_found,
    needs_to_know_the_object,
    takes_null_in_its_place,
    makes_what_is_not_there_once,
    sees_what_an_earlier_operation_made,
    undoes_what_it_made_with_the_rest,
    makes_one_record_of_many_writers,
);

async fn tenant(server: &Server) -> Tenant {
    let tenant = crm::tenant(server).await;
    let note = object("note")
        .field(field::text("text"))
        .field(field::reference("about", &["contact", "company"]))
        .field(field::reference("company", &["company"]))
        .unique(&["company", "text"]);
    tenant.define(note).await;
    tenant
}

fn acme(or_else: Json) -> Json {
    let mut by = json!({"$by": {"name": "ACME"}});
    if or_else != json!("refuse") {
        by["$else"] = or_else;
    }
    by
}

async fn finds_in_every_write(server: Server) {
    let tenant = tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let ada = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let mark = tenant.mark().await;
    let made =
        tenant.create("contact", json!({"full_name": "B", "company": acme(json!("refuse"))})).created().await;
    assert_eq!(made["company"], json!(company));
    let changed = tenant.patch("contact", &ada, json!({"company": acme(json!("refuse"))})).ok().await;
    assert_eq!(changed["company"], json!(company));
    let put = tenant.upsert(
        "contact",
        "email",
        "c@example.com",
        json!({"full_name": "C", "company": acme(json!(null))}),
    );
    assert_eq!(put.created().await["company"], json!(company));
    let by = json!({"company": acme(json!("refuse")), "text": "x"});
    let upsert = json!({"op": "upsert", "object": "note", "by": by, "record": {"about": {"$by": {"email": "ADA@example.com"}, "$object": "contact"}}});
    let answer = tenant.batch(json!([upsert, upsert])).ok().await;
    let records: Vec<&Json> =
        answer["results"].as_array().unwrap().iter().map(|result| &result["record"]).collect();
    assert_eq!((&records[0]["company"], &records[0]["about"]), (&json!(company), &json!(ada)));
    assert_eq!(records[0], records[1]);
    let wanted =
        ["record.created contact", "record.updated contact", "record.created contact", "record.created note"];
    tenant.expect_changes(mark, &wanted).await;
}

async fn refuses_what_cannot_be_found(server: Server) {
    let tenant = tenant(&server).await;
    let mark = tenant.mark().await;
    let create = |company: Json| tenant.create("contact", json!({"full_name": "B", "company": company}));
    let missing = create(acme(json!("refuse"))).await.expect_problem(422, "reference_not_found");
    assert_eq!(missing.faults()[0]["pointer"], "/company");
    assert!(missing.faults()[0]["hint"].as_str().unwrap().contains("$else"), "{missing:?}");
    let wrong =
        create(json!({"$by": {"nme": "Acme"}})).await.expect_fault("unknown_field", "/company/$by/nme");
    assert_eq!(wrong.faults()[0]["hint"], "did you mean `name`?");
    let keyless = create(json!({"$by": {"seats": "1"}})).await.expect_fault("invalid_value", "/company/$by");
    assert_eq!(keyless.faults()[0]["hint"], "it has unique keys over `name`");
    create(json!({"$by": {"name": "Acme"}, "$esle": null}))
        .await
        .expect_fault("unknown_member", "/company/$esle");
    create(json!({"$by": {"name": "Acme"}, "$source": {}}))
        .await
        .expect_fault("invalid_value", "/company/$source");
    create(json!({"$by": {"name": {"$by": {"name": "x"}}}}))
        .await
        .expect_fault("invalid_type", "/company/$by/name");
    create(json!({"$by": {"name": "x".repeat(300)}}))
        .await
        .expect_fault("invalid_value", "/company/$by/name");
    // Other fields take no such thing.
    tenant
        .create("company", json!({"name": {"$by": {"name": "x"}}}))
        .await
        .expect_fault("invalid_type", "/name");
    tenant.expect_changes(mark, &[]).await;
}

async fn needs_to_know_the_object(server: Server) {
    let tenant = tenant(&server).await;
    let ada = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let note = |about: Json| tenant.create("note", json!({ "about": about }));
    let by = json!({"email": "ada@example.com"});
    note(json!({ "$by": by })).await.expect_fault("required", "/about/$object");
    note(json!({"$by": by, "$object": "deal"})).await.expect_fault("invalid_type", "/about/$object");
    let near =
        note(json!({"$by": by, "$object": "contac"})).await.expect_fault("not_found", "/about/$object");
    assert_eq!(near.faults()[0]["hint"], "did you mean `contact`?");
    assert_eq!(note(json!({"$by": by, "$object": "contact"})).created().await["about"], json!(ada));
}

async fn takes_null_in_its_place(server: Server) {
    let tenant = tenant(&server).await;
    let made =
        tenant.create("contact", json!({"full_name": "B", "company": acme(Json::Null)})).created().await;
    assert_eq!(made["company"], Json::Null);
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let id = made["id"].as_str().unwrap();
    let found = tenant.patch("contact", id, json!({"company": acme(Json::Null)})).ok().await;
    assert_eq!(found["company"], json!(company));
    let mark = tenant.mark().await;
    let gone = json!({"company": {"$by": {"name": "nobody"}, "$else": null}});
    assert_eq!(tenant.patch("contact", id, gone).ok().await["company"], Json::Null);
    tenant.expect_changes(mark, &["record.updated contact"]).await;
}

async fn makes_what_is_not_there_once(server: Server) {
    let tenant = tenant(&server).await;
    let mark = tenant.mark().await;
    let contact = |name: &str, company: &str| {
        let company = json!({"$by": {"name": company}, "$else": "create"});
        json!({"op": "create", "object": "contact", "record": {"full_name": name, "company": company}})
    };
    let answer =
        tenant.batch(json!([contact("A", "Acme"), contact("B", "ACME"), contact("C", "Beta")])).ok().await;
    let companies: Vec<&Json> =
        answer["results"].as_array().unwrap().iter().map(|result| &result["record"]["company"]).collect();
    assert_eq!(companies[0], companies[1]);
    assert_ne!(companies[0], companies[2]);
    let wanted = [
        "record.created company",
        "record.created contact",
        "record.created contact",
        "record.created company",
        "record.created contact",
    ];
    tenant.expect_changes(mark, &wanted).await;
    let acme = tenant.get("company", companies[0].as_str().unwrap()).query("provenance", true).ok().await;
    assert_eq!(acme["name"], "Acme");
    assert_eq!(acme["provenance"]["name"]["position"], mark + 1);
}

async fn sees_what_an_earlier_operation_made(server: Server) {
    let tenant = tenant(&server).await;
    let operations = json!([
        {"op": "create", "object": "company", "record": {"name": "Acme"}},
        {"op": "create", "object": "contact", "as": "ada", "record": {"full_name": "A", "company": acme(json!("refuse"))}},
        {"op": "update", "object": "contact", "id": {"$ref": "ada"}, "record": {"email": "a@example.com"}},
        {"op": "create", "object": "note", "record": {"about": {"$by": {"email": "a@example.com"}, "$object": "contact"}}},
        {"op": "update", "object": "contact", "id": {"$ref": "ada"}, "record": {"email": null}},
        {"op": "create", "object": "note", "record": {"about": {"$by": {"email": "a@example.com"}, "$object": "contact"}}},
    ]);
    let answer = tenant.batch_independent(operations).ok().await;
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results[1]["record"]["company"], results[0]["id"]);
    assert_eq!(results[3]["record"]["about"], results[1]["id"]);
    assert_eq!(results[5]["status"], 422, "it has the address no more");
    assert_eq!(results[5]["error"]["code"], "reference_not_found");
}

async fn undoes_what_it_made_with_the_rest(server: Server) {
    let tenant = tenant(&server).await;
    let mark = tenant.mark().await;
    let make = json!({"full_name": "A", "company": acme(json!("create"))});
    let wrong = json!({"company": {"$by": {"name": "Beta"}, "$else": "create"}});
    let refused = tenant.create("contact", wrong).await;
    refused.expect_problem(422, "required").expect_fault("required", "/full_name");
    let operations = json!([
        {"op": "create", "object": "contact", "record": make},
        {"op": "create", "object": "contact", "record": {"full_name": "B", "email": "no address"}},
    ]);
    assert_eq!(tenant.batch(operations).await.status(), 422);
    assert_eq!(tenant.list("company").expect(200).await.data().len(), 0);
    tenant.expect_changes(mark, &[]).await;
}

async fn makes_one_record_of_many_writers(server: Server) {
    let tenant = tenant(&server).await;
    let calls = (0..24).map(|n| {
        let company = json!({"$by": {"name": "Acme"}, "$else": "create"});
        tenant.create("contact", json!({"full_name": format!("{n}"), "company": company}))
    });
    let sent: Vec<_> = calls.map(|call| tokio::spawn(async move { call.await })).collect();
    let mut companies = BTreeSet::new();
    for each in sent {
        let answer: Response = each.await.unwrap().expect_status(201);
        companies.insert(answer.json()["company"].as_str().unwrap().to_owned());
    }
    assert_eq!(companies.len(), 1);
    assert_eq!(tenant.list("company").expect(200).await.data().len(), 1);
}
