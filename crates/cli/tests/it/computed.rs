//! Computed fields and stamps, stored and virtual.

mod chain;
mod definition;

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    stores_what_it_computes,
    evaluates_virtual_fields_when_they_are_read,
    keeps_computed_values_unique,
    finds_by_computed_values,
    journals_them_with_their_write,
    reads_through_references,
    keeps_the_time_of_a_change,
    refuses_what_cannot_be_computed,
    computes_again_on_restore,
    fills_records_that_exist,
    refuses_a_unique_field_that_the_records_violate,
    shows_them_in_the_openapi_document,
);

fn computed(field: field::Field, expression: &str) -> field::Field {
    field.set("computed", json!(expression))
}

fn stored(field: field::Field, expression: &str) -> field::Field {
    computed(field, expression).set("stored", json!(true))
}

/// People with names that follow from others.
async fn people(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    let person = object("person")
        .field(field::text("first_name"))
        .field(field::text("last_name"))
        .field(stored(field::text("full_name"), "first_name + ' ' + last_name").unique_in_any_case())
        .field(computed(field::text("greeting"), "'Dear ' + full_name"))
        .field(field::date("born"))
        .field(computed(field::boolean("is_born"), "born <= today()"))
        .field(field::datetime("renamed_at").set("stamp", json!("last_name")));
    tenant.define(person).await;
    tenant
}

async fn stores_what_it_computes(server: Server) {
    let tenant = people(&server).await;
    let ada = tenant.create("person", json!({"first_name": "Ada", "last_name": "King"})).created().await;
    assert_eq!(ada["full_name"], "Ada King");
    let id = ada["id"].as_str().unwrap();
    assert_eq!(tenant.get("person", id).ok().await["full_name"], "Ada King");
    let changed = tenant.patch("person", id, json!({"last_name": "Lovelace"})).ok().await;
    assert_eq!((&changed["full_name"], &changed["version"]), (&json!("Ada Lovelace"), &json!(2)));
    let nameless = tenant.patch("person", id, json!({"first_name": null})).ok().await;
    assert_eq!(nameless["full_name"], Json::Null, "nothing is the same as something and nothing");
    let read_only = tenant.patch("person", id, json!({"full_name": "x", "greeting": "y"})).await;
    read_only.expect_problem(422, "read_only").expect_fault("read_only", "/full_name");
    let provenance = tenant.get("person", id).query("provenance", true).ok().await["provenance"].clone();
    assert_eq!(provenance["full_name"], json!({"derived": true}));
}

async fn evaluates_virtual_fields_when_they_are_read(server: Server) {
    let tenant = people(&server).await;
    let record = json!({"first_name": "Ada", "last_name": "King", "born": "1815-12-10"});
    let ada = tenant.create("person", record).created().await;
    assert_eq!((&ada["greeting"], &ada["is_born"]), (&json!("Dear Ada King"), &json!(true)));
    let id = ada["id"].as_str().unwrap();
    let later = tenant.patch("person", id, json!({"born": "9999-01-01"})).ok().await;
    assert_eq!(later["is_born"], false);
    assert_eq!(tenant.list("person").expect(200).await.data()[0]["greeting"], "Dear Ada King");
    let batch =
        tenant.batch(json!([{"op": "update", "object": "person", "id": id, "record": {"born": null}}]));
    assert_eq!(batch.ok().await["results"][0]["record"]["is_born"], Json::Null);
    tenant.list("person").query("greeting", "Dear Ada King").await.expect_problem(400, "invalid_parameter");
    tenant.list("person").query("is_null", "is_born").await.expect_problem(400, "invalid_parameter");
    tenant.delete("person", id).done().await;
    let trash = tenant.trash("person").expect(200).await;
    assert_eq!(trash.data()[0]["record"]["greeting"], "Dear Ada King");
}

async fn keeps_computed_values_unique(server: Server) {
    let tenant = people(&server).await;
    let ada = tenant.make("person", json!({"first_name": "Ada", "last_name": "King"})).await;
    let other = json!({"first_name": "ADA", "last_name": "king"});
    let refused = tenant.create("person", other.clone()).await;
    refused.expect_problem(409, "not_unique").expect_fault("not_unique", "/full_name");
    tenant.patch("person", &ada, json!({"first_name": "Augusta"})).ok().await;
    tenant.make("person", other).await;
}

async fn finds_by_computed_values(server: Server) {
    let tenant = people(&server).await;
    let ada = tenant.make("person", json!({"first_name": "Ada", "last_name": "King"})).await;
    tenant.make("person", json!({"first_name": "Ada", "last_name": "Byron"})).await;
    let found = tenant.list("person").query("full_name", "Ada King").expect(200).await;
    assert_eq!(found.data().len(), 1);
    assert_eq!(found.data()[0]["id"], ada);
    let changed =
        tenant.upsert("person", "full_name", "ada king", json!({"born": "1815-12-10"})).expect(200).await;
    assert_eq!(changed.id(), ada);
    tenant.make("person", json!({"first_name": "Nobody"})).await;
    assert_eq!(tenant.list("person").query("is_null", "full_name").expect(200).await.data().len(), 1);
}

async fn journals_them_with_their_write(server: Server) {
    let tenant = people(&server).await;
    let mark = tenant.mark().await;
    let ada = tenant.make("person", json!({"first_name": "Ada", "last_name": "King"})).await;
    tenant.patch("person", &ada, json!({"last_name": "Lovelace"})).ok().await;
    tenant.expect_changes(mark, &["record.created person", "record.updated person"]).await;
    let history = tenant.history("person", &ada).expect(200).await;
    let fields = |change: &Json| change["fields"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut created = fields(&history.data()[0]);
    created.sort();
    assert_eq!(created, ["first_name", "full_name", "last_name", "renamed_at"]);
    assert_eq!(history.data()[1]["fields"]["full_name"], json!({"old": "Ada King", "new": "Ada Lovelace"}));
}

async fn reads_through_references(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("country").field(field::text("code"))).await;
    let company =
        object("company").field(field::reference("country", &["country"])).field(field::text("industry"));
    tenant.define(company).await;
    let deal = object("deal")
        .field(field::reference("company", &["company"]).on_delete("clear"))
        .field(stored(field::text("sector"), "company.industry").indexed())
        .field(stored(field::text("country_code"), "company.country.code"));
    tenant.define(deal).await;
    let country = tenant.make("country", json!({"code": "DE"})).await;
    let company = tenant.make("company", json!({"industry": "steel", "country": country})).await;
    let deal = tenant.create("deal", json!({"company": company})).created().await;
    assert_eq!((&deal["sector"], &deal["country_code"]), (&json!("steel"), &json!("DE")));
    assert_eq!(tenant.list("deal").query("sector", "steel").expect(200).await.data().len(), 1);
    let operations = json!([
        {"op": "create", "object": "company", "as": "new", "record": {"industry": "paper"}},
        {"op": "update", "object": "deal", "id": deal["id"], "record": {"company": {"$ref": "new"}}},
    ]);
    let done = tenant.batch(operations).ok().await;
    let deal = &done["results"][1]["record"];
    assert_eq!((&deal["sector"], &deal["country_code"]), (&json!("paper"), &Json::Null));
    tenant.delete("company", done["results"][0]["id"].as_str().unwrap()).done().await;
    let deal = tenant.get("deal", deal["id"].as_str().unwrap()).ok().await;
    assert_eq!((&deal["sector"], &deal["company"]), (&Json::Null, &Json::Null), "its reference was cleared");
}

async fn keeps_the_time_of_a_change(server: Server) {
    let tenant = people(&server).await;
    let ada = tenant.create("person", json!({"first_name": "Ada"})).created().await;
    assert_eq!(ada["renamed_at"], Json::Null, "it never had a last name");
    let id = ada["id"].as_str().unwrap();
    let named = tenant.patch("person", id, json!({"last_name": "King"})).ok().await;
    assert_eq!(named["renamed_at"], named["updated_at"]);
    let other = tenant.patch("person", id, json!({"first_name": "Augusta"})).ok().await;
    assert_eq!(other["renamed_at"], named["renamed_at"]);
    assert_ne!(other["updated_at"], named["updated_at"]);
    let cleared = tenant.patch("person", id, json!({"last_name": null})).ok().await;
    assert_eq!(cleared["renamed_at"], cleared["updated_at"]);
    tenant.patch("person", id, json!({"renamed_at": null})).await.expect_problem(422, "read_only");
    tenant.delete("person", id).done().await;
    assert_eq!(tenant.restore("person", id).ok().await["renamed_at"], cleared["renamed_at"]);
}

async fn refuses_what_cannot_be_computed(server: Server) {
    let tenant = server.tenant().await;
    let line = object("line")
        .field(field::decimal("price", 18, 2))
        .field(field::integer("quantity"))
        .field(field::text("code"))
        .field(stored(field::decimal("total", 18, 2), "price * quantity"))
        .field(computed(field::decimal("twice", 18, 2), "price + price"))
        .field(stored(field::text("short").set("max_length", json!(3)), "code"));
    tenant.define(line).await;
    let most = "9999999999999999.99";
    let record = json!({"price": most, "quantity": 2, "code": "long"});
    let refused = tenant.create("line", record).await;
    let refused = refused.expect_problem(422, "out_of_range").expect_fault("out_of_range", "/total");
    refused.expect_fault("invalid_value", "/short");
    let line = tenant.create("line", json!({"price": most, "quantity": 1})).created().await;
    assert_eq!((&line["total"], &line["twice"]), (&json!(most), &Json::Null), "a read is never refused");
    let id = line["id"].as_str().unwrap();
    let mark = tenant.mark().await;
    tenant.patch("line", id, json!({"quantity": 2})).await.expect_problem(422, "out_of_range");
    tenant.expect_changes(mark, &[]).await;
}

async fn computes_again_on_restore(server: Server) {
    let tenant = people(&server).await;
    let ada = tenant.make("person", json!({"first_name": "Ada", "last_name": "King"})).await;
    tenant.delete("person", &ada).done().await;
    tenant
        .patch_field("person", "full_name", json!({"computed": "last_name + ', ' + first_name"}))
        .ok()
        .await;
    assert_eq!(tenant.restore("person", &ada).ok().await["full_name"], "King, Ada");
}

async fn fills_records_that_exist(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("item").field(field::integer("price"))).await;
    let item = tenant.make("item", json!({"price": 21})).await;
    let mark = tenant.mark().await;
    tenant.create_field("item", stored(field::integer("double"), "price * 2")).created().await;
    tenant.expect_changes(mark, &["schema.changed item", "record.derived item"]).await;
    let record = tenant.get("item", &item).ok().await;
    assert_eq!((&record["double"], &record["version"]), (&json!(42), &json!(1)));
    tenant.patch_field("item", "double", json!({"computed": "price * 2 + 1"})).ok().await;
    assert_eq!(tenant.get("item", &item).ok().await["double"], 43);
    tenant.create_field("item", computed(field::integer("half"), "price / 2")).created().await;
    assert_eq!(tenant.get("item", &item).ok().await["half"], 10);
}

async fn refuses_a_unique_field_that_the_records_violate(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("item").field(field::integer("price"))).await;
    let mut made = Vec::new();
    for price in [1, 2, 3] {
        made.push(tenant.make("item", json!({"price": price})).await);
    }
    let mark = tenant.mark().await;
    let refused = tenant.create_field("item", stored(field::integer("half"), "price / 2").unique()).await;
    let refused = refused.expect_problem(409, "data_conflict");
    assert_eq!(refused.json()["errors"][0]["records"], json!([made[1], made[2]]));
    tenant.expect_changes(mark, &[]).await;
    tenant.create_field("item", stored(field::integer("double"), "price * 2").unique()).created().await;
    tenant.create("item", json!({"price": 2})).await.expect_problem(409, "not_unique");
}

async fn shows_them_in_the_openapi_document(server: Server) {
    let tenant = people(&server).await;
    let document = tenant.caller().get("/openapi.json").ok().await;
    let person = &document["components"]["schemas"]["Person"]["properties"]["full_name"];
    assert_eq!(person["readOnly"], true);
    assert!(person["description"].as_str().unwrap().contains("first_name + ' ' + last_name"));
}
