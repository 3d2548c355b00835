//! Merging two records into one.

use kith_testing::{Call, Server, Tenant, each_db, field, object};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::crm;

mod random;

each_db!(
    makes_one_record_of_two,
    chooses_field_by_field,
    moves_unique_values,
    moves_every_kind_of_reference,
    moves_rollups,
    never_points_at_itself,
    answers_by_the_losing_id,
    lists_what_refers_by_the_losing_id,
    resolves_chains_in_one_step,
    keeps_both_histories,
    guards_both_records,
    merges_in_a_batch,
    purges_the_ids_with_the_record,
    merges_each_other_at_once,
    refuses_what_cannot_be_merged,
    checks_what_it_writes,
);

fn merge(tenant: &Tenant, object: &str, into: &str, body: Json) -> Call {
    tenant.caller().call(Method::POST, &format!("/v1/records/{object}/{into}/merge")).json(&body)
}

async fn two(tenant: &Tenant, one: Json, other: Json) -> (String, String) {
    (tenant.make("contact", one).await, tenant.make("contact", other).await)
}

async fn makes_one_record_of_two(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let (ada, other) = two(
        &tenant,
        json!({"full_name": "Ada Lovelace", "stage": "won"}),
        json!({"full_name": "A. Lovelace", "email": "ada@example.org", "company": company}),
    )
    .await;
    let mark = tenant.mark().await;
    let merged = merge(&tenant, "contact", &ada, json!({"from": other})).expect(200).await;
    assert_eq!(merged.json()["full_name"], "Ada Lovelace", "what there is stays");
    assert_eq!(merged.json()["email"], "ada@example.org", "what is not there is filled");
    assert_eq!((&merged.json()["company"], &merged.json()["stage"]), (&json!(company), &json!("won")));
    assert_eq!((&merged.json()["id"], merged.header("etag")), (&json!(ada), Some("\"2\"")));
    assert_eq!(tenant.list("contact").ok().await["data"].as_array().unwrap().len(), 1);
    assert_eq!(tenant.trash("contact").ok().await["data"], json!([]), "it is not deleted");
    tenant.expect_changes(mark, &["record.absorbed contact", "record.merged contact"]).await;
    let changes = tenant.transactions(mark).await[0]["changes"].clone();
    assert_eq!((&changes[0]["id"], &changes[0]["into"]), (&json!(other), &json!(ada)));
    assert_eq!(changes[0]["fields"]["email"], json!({"old": "ada@example.org", "new": null}));
    assert_eq!((&changes[1]["id"], &changes[1]["from"]), (&json!(ada), &json!(other)));
    assert_eq!(changes[1]["fields"]["email"], json!({"old": null, "new": "ada@example.org"}));
    assert_eq!(changes[1]["fields"].as_object().unwrap().len(), 2);
}

async fn chooses_field_by_field(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (one, other) = two(
        &tenant,
        json!({"full_name": "One", "email": "one@example.org", "stage": "won"}),
        json!({"full_name": "Other", "email": "other@example.org"}),
    )
    .await;
    let fields = json!({"email": "from", "stage": "from"});
    let merged = merge(&tenant, "contact", &one, json!({"from": other, "fields": fields})).ok().await;
    assert_eq!(merged["full_name"], "One");
    assert_eq!(merged["email"], "other@example.org");
    assert_eq!(merged["stage"], json!(null), "a chosen null is taken");
    let third = tenant.make("contact", json!({"full_name": "Third", "stage": "lost"})).await;
    let body = json!({"from": third, "default": "from", "fields": {"stage": "into"}});
    let merged = merge(&tenant, "contact", &one, body).ok().await;
    assert_eq!(merged["full_name"], "Third");
    assert_eq!(merged["email"], "other@example.org", "nothing takes nothing's place");
    assert_eq!(merged["stage"], json!(null), "a chosen null stays");
}

async fn moves_unique_values(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (one, other) = two(
        &tenant,
        json!({"full_name": "One", "email": "one@example.org"}),
        json!({"full_name": "Other", "email": "other@example.org"}),
    )
    .await;
    merge(&tenant, "contact", &one, json!({"from": other, "fields": {"email": "from"}})).ok().await;
    let again = tenant.make("contact", json!({"full_name": "New", "email": "one@example.org"})).await;
    tenant
        .patch("contact", &again, json!({"email": "other@example.org"}))
        .await
        .expect_problem(409, "not_unique");
    let found = tenant.upsert("contact", "email", "other@example.org", json!({"stage": "won"})).ok().await;
    assert_eq!(found["id"], json!(one));
}

#[expect(clippy::cognitive_complexity, reason = "one story, told from its beginning to its end")]
async fn moves_every_kind_of_reference(server: Server) {
    let tenant = crm::tenant(&server).await;
    let note = object("note")
        .field(field::text("text"))
        .field(field::reference("about", &["company", "contact"]))
        .field(field::reference("company", &["company"]).on_delete("restrict"));
    tenant.define(note).await;
    tenant.create_field("company", field::reference("parent", &["company"])).created().await;
    let a = tenant.make("company", json!({"name": "A"})).await;
    let b = tenant.make("company", json!({"name": "B"})).await;
    let contact = tenant.make("contact", json!({"full_name": "Ada", "company": b})).await;
    let deal = tenant.make("deal", json!({"company": b})).await;
    let note = tenant.make("note", json!({"about": b, "company": b})).await;
    let bystander = tenant.make("note", json!({"about": contact, "company": a})).await;
    let child = tenant.make("company", json!({"name": "C", "parent": b})).await;
    let mark = tenant.mark().await;
    merge(&tenant, "company", &a, json!({"from": b})).ok().await;
    for (object, id, field) in [
        ("contact", &contact, "company"),
        ("deal", &deal, "company"),
        ("note", &note, "about"),
        ("note", &note, "company"),
        ("company", &child, "parent"),
    ] {
        let record = tenant.get(object, id).ok().await;
        assert_eq!((&record[field], &record["version"]), (&json!(a), &json!(2)), "{object}.{field}");
    }
    assert_eq!(tenant.get("note", &bystander).ok().await["about"], json!(contact));
    let changes = tenant.transactions(mark).await;
    assert_eq!(changes.len(), 1);
    let kinds: Vec<&str> =
        changes[0]["changes"].as_array().unwrap().iter().map(|each| each["type"].as_str().unwrap()).collect();
    assert_eq!(kinds[..4], ["record.updated"; 4]);
    assert_eq!(kinds[4..6], ["record.absorbed", "record.merged"]);
    // What is written with the losing id refers to the record that stays.
    let late = tenant.create("note", json!({"about": b, "company": b})).created().await;
    assert_eq!((&late["about"], &late["company"]), (&json!(a), &json!(a)));
    let same = tenant.patch("note", &note, json!({"company": b})).ok().await;
    assert_eq!(same["version"], 2, "it refers there already");
    tenant.patch("deal", &deal, json!({"company": null})).ok().await;
    assert_eq!(tenant.patch("deal", &deal, json!({"company": b})).ok().await["company"], json!(a));
}

async fn moves_rollups(server: Server) {
    let tenant = crm::tenant(&server).await;
    let a = tenant.make("company", json!({"name": "A"})).await;
    let b = tenant.make("company", json!({"name": "B"})).await;
    tenant.make("deal", json!({"company": a, "amount": crm::euros("1.00"), "seats": 1})).await;
    tenant.make("deal", json!({"company": b, "amount": crm::euros("2.50"), "seats": 2})).await;
    tenant.make("deal", json!({"company": b, "amount": crm::euros("3.00")})).await;
    let merged = merge(&tenant, "company", &a, json!({"from": b})).ok().await;
    assert_eq!((&merged["deals"], &merged["seats"]), (&json!(3), &json!("3")));
    assert_eq!(merged["amount"], crm::euros("6.50"));
    assert_eq!(tenant.get("company", &a).ok().await, merged);
    merge(&tenant, "company", &a, json!({"from": a, "fields": {}}))
        .await
        .expect_problem(422, "invalid_value");
    let call = merge(&tenant, "company", &a, json!({"from": b, "fields": {"deals": "from"}}));
    call.await.expect_problem(422, "read_only").expect_fault("read_only", "/fields/deals");
}

async fn never_points_at_itself(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("unit").field(field::text("name"))).await;
    tenant.create_field("unit", field::reference("parent", &["unit"])).created().await;
    let make =
        |name: &str, parent: Option<&str>| tenant.make("unit", json!({"name": name, "parent": parent}));
    let root = make("root", None).await;
    let upper = make("upper", Some(&root)).await;
    let lower = make("lower", Some(&upper)).await;
    // The lower takes in what it hangs from, and hangs from that one's parent then.
    let merged = merge(&tenant, "unit", &lower, json!({"from": upper})).ok().await;
    assert_eq!(merged["parent"], json!(root));
    let below = make("below", Some(&lower)).await;
    let merged = merge(&tenant, "unit", &lower, json!({"from": below, "default": "from"})).ok().await;
    assert_eq!((&merged["parent"], &merged["name"]), (&json!(root), &json!("below")));
}

#[expect(clippy::cognitive_complexity, reason = "one story, told from its beginning to its end")]
async fn answers_by_the_losing_id(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (ada, other) = two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other"})).await;
    merge(&tenant, "contact", &ada, json!({"from": other})).ok().await;
    let read = tenant.get("contact", &other).expect(200).await;
    assert_eq!(read.json()["id"], json!(ada));
    assert_eq!(read.header("kith-merged-into"), Some(ada.as_str()));
    assert_eq!(read.header("content-location"), Some(format!("/v1/records/contact/{ada}").as_str()));
    assert_eq!(tenant.get("contact", &ada).expect(200).await.header("kith-merged-into"), None);
    let changed = tenant.patch("contact", &other, json!({"stage": "won"})).if_match(2).expect(200).await;
    assert_eq!(
        (&changed.json()["id"], changed.header("kith-merged-into")),
        (&json!(ada), Some(ada.as_str()))
    );
    let deleted = tenant.delete("contact", &other).expect(204).await;
    assert_eq!(deleted.header("kith-merged-into"), Some(ada.as_str()));
    tenant.get("contact", &other).await.expect_problem(404, "not_found");
    tenant.get("contact", &ada).await.expect_problem(404, "not_found");
    assert_eq!(tenant.restore("contact", &other).ok().await["id"], json!(ada));
    assert_eq!(tenant.get("contact", &other).ok().await["id"], json!(ada));
    // What the trash kept of a reference to it leads to the record that stays, too.
    let third = tenant.make("contact", json!({"full_name": "Third"})).await;
    let deal = tenant.make("deal", json!({"contact": third})).await;
    tenant.delete("deal", &deal).done().await;
    merge(&tenant, "contact", &ada, json!({"from": third})).ok().await;
    assert_eq!(tenant.restore("deal", &deal).ok().await["contact"], json!(ada));
}

async fn lists_what_refers_by_the_losing_id(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = |name: &str| tenant.make("company", json!({"name": name}));
    let (stays, goes) = (company("Acme").await, company("ACME Inc.").await);
    let (ada, _) =
        two(&tenant, json!({"full_name": "Ada", "company": goes}), json!({"full_name": "Grace"})).await;
    merge(&tenant, "company", &stays, json!({"from": goes})).ok().await;
    for id in [&stays, &goes] {
        let found = tenant.list("contact").query("company", id).ok().await;
        let ids: Vec<&Json> = found["data"].as_array().unwrap().iter().map(|each| &each["id"]).collect();
        assert_eq!(ids, [&json!(ada)], "both ids are one record's");
    }
}

async fn resolves_chains_in_one_step(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        ids.push(tenant.make("contact", json!({"full_name": name})).await);
    }
    merge(&tenant, "contact", &ids[1], json!({"from": ids[0]})).ok().await;
    merge(&tenant, "contact", &ids[2], json!({"from": ids[1]})).ok().await;
    // By the ids that went: into `c`, from `d`.
    let merged = merge(&tenant, "contact", &ids[0], json!({"from": ids[3]})).expect(200).await;
    assert_eq!(merged.header("kith-merged-into"), Some(ids[2].as_str()));
    for id in &ids {
        assert_eq!(tenant.get("contact", id).ok().await["id"], json!(ids[2]));
    }
    let again = merge(&tenant, "contact", &ids[3], json!({"from": ids[1]})).ok().await;
    assert_eq!(again["version"], merged.json()["version"], "they are one already");
}

async fn keeps_both_histories(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (ada, other) =
        two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other", "email": "ada@example.org"}))
            .await;
    let set = tenant.patch("contact", &other, json!({"stage": "won"})).expect(200).await.position();
    merge(&tenant, "contact", &ada, json!({"from": other})).ok().await;
    let kinds = async |id: &str| {
        let history = tenant.history("contact", id).ok().await;
        let kind = |each: &Json| each["type"].as_str().unwrap().to_owned();
        history["data"].as_array().unwrap().iter().map(kind).collect::<Vec<String>>()
    };
    assert_eq!(kinds(&ada).await, ["record.created", "record.merged"]);
    assert_eq!(kinds(&other).await, ["record.created", "record.updated", "record.absorbed"]);
    let history = tenant.history("contact", &ada).ok().await;
    assert_eq!(history["data"][1]["from"], json!(other));
    let record = tenant.get("contact", &ada).query("provenance", true).ok().await;
    assert_eq!(record["provenance"]["stage"]["position"], set, "it was set where it was set");
    let created = tenant.history("contact", &other).ok().await["data"][0]["position"].clone();
    assert_eq!(record["provenance"]["email"]["position"], created);
}

async fn guards_both_records(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (ada, other) = two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other"})).await;
    tenant.patch("contact", &other, json!({"stage": "won"})).ok().await;
    let call = merge(&tenant, "contact", &ada, json!({"from": other})).if_match(2);
    call.await.expect_problem(412, "version_mismatch");
    let call = merge(&tenant, "contact", &ada, json!({"from": other, "from_match": 1}));
    call.await.expect_problem(412, "version_mismatch").expect_fault("version_mismatch", "/from_match");
    let body = json!({"from": other, "from_match": 2});
    let call = || merge(&tenant, "contact", &ada, body.clone()).if_match(1).idempotency_key("once");
    let merged = call().expect(200).await;
    let replayed = call().expect(200).await;
    assert!(replayed.is_replayed());
    assert_eq!(replayed.json(), merged.json());
}

async fn merges_in_a_batch(server: Server) {
    let tenant = crm::tenant(&server).await;
    let old = tenant.make("contact", json!({"full_name": "Old", "email": "old@example.org"})).await;
    let deal = tenant.make("deal", json!({"contact": old})).await;
    let answer = tenant
        .batch(json!([
            {"op": "create", "object": "contact", "as": "new", "record": {"full_name": "New"}},
            {"op": "create", "object": "deal", "as": "deal", "record": {"contact": old}},
            {"op": "merge", "object": "contact", "id": {"$ref": "new"}, "from": old, "if_match": 1},
            {"op": "update", "object": "contact", "id": old, "record": {"stage": "won"}},
            {"op": "create", "object": "deal", "as": "late", "record": {"contact": old}},
        ]))
        .ok()
        .await;
    let results = answer["results"].as_array().unwrap();
    let new = results[0]["id"].as_str().unwrap();
    assert_eq!(
        (&results[2]["status"], &results[2]["record"]["email"]),
        (&json!(200), &json!("old@example.org"))
    );
    assert_eq!((&results[3]["id"], &results[3]["version"]), (&json!(new), &json!(3)));
    for id in [&deal, results[1]["id"].as_str().unwrap(), results[4]["id"].as_str().unwrap()] {
        assert_eq!(tenant.get("deal", id).ok().await["contact"], json!(new));
    }
    let refused = tenant.batch(json!([{"op": "merge", "object": "contact", "id": new}])).await;
    refused.expect_fault("required", "/operations/0/from");
}

async fn purges_the_ids_with_the_record(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (ada, other) =
        two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other", "email": "o@example.org"}))
            .await;
    merge(&tenant, "contact", &ada, json!({"from": other})).ok().await;
    let mark = tenant.mark().await;
    tenant.purge("contact", &other).done().await;
    tenant.expect_changes(mark, &["record.purged contact", "record.purged contact"]).await;
    for id in [&ada, &other] {
        tenant.get("contact", id).await.expect_problem(404, "not_found");
        let history = tenant.history("contact", id).ok().await;
        assert!(!history.to_string().contains("o@example.org"), "{history}");
    }
    // The same from the trash.
    let (ada, other) = two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other"})).await;
    merge(&tenant, "contact", &ada, json!({"from": other})).ok().await;
    tenant.delete("contact", &ada).done().await;
    tenant.purge("contact", &ada).done().await;
    tenant.purge("contact", &other).await.expect_problem(404, "not_found");
}

async fn merges_each_other_at_once(server: Server) {
    let tenant = crm::tenant(&server).await;
    for _ in 0..5 {
        let (one, other) = two(&tenant, json!({"full_name": "One"}), json!({"full_name": "Other"})).await;
        let deal = tenant.make("deal", json!({"contact": one})).await;
        let forth = merge(&tenant, "contact", &one, json!({"from": other}));
        let back = merge(&tenant, "contact", &other, json!({"from": one}));
        let (forth, back) = tokio::join!(forth.expect(200), back.expect(200));
        assert_eq!(forth.json()["id"], back.json()["id"], "both were told of the same record");
        assert_eq!(tenant.get("deal", &deal).ok().await["contact"], forth.json()["id"]);
        let (read_one, read_other) =
            (tenant.get("contact", &one).ok().await, tenant.get("contact", &other).ok().await);
        assert_eq!(read_one, read_other);
    }
}

async fn refuses_what_cannot_be_merged(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (ada, other) = two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other"})).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let ada = ada.as_str();
    let mark = tenant.mark().await;
    let refused = async |body: Json, status: u16, code: &str, pointer: &str| {
        merge(&tenant, "contact", ada, body).await.expect_problem(status, code).expect_fault(code, pointer);
    };
    refused(json!({}), 422, "required", "/from").await;
    refused(json!({"from": 7}), 422, "invalid_type", "/from").await;
    refused(json!({"from": company}), 404, "not_found", "/from").await;
    refused(json!({"from": "contact_01h455vb4pex5vsknk084sn02q"}), 404, "not_found", "/from").await;
    refused(json!({"from": ada}), 422, "invalid_value", "/from").await;
    refused(json!({"from": other, "default": "both"}), 422, "invalid_value", "/default").await;
    refused(json!({"from": other, "fields": {"email": "both"}}), 422, "invalid_value", "/fields/email").await;
    refused(json!({"from": other, "fields": {"mail": "from"}}), 422, "unknown_field", "/fields/mail").await;
    refused(json!({"from": other, "feilds": {}}), 422, "unknown_member", "/feilds").await;
    tenant.delete("contact", &other).done().await;
    let call = merge(&tenant, "contact", ada, json!({"from": other}));
    call.await.expect_problem(404, "not_found");
    tenant.expect_changes(mark, &["record.deleted contact"]).await;
}

async fn checks_what_it_writes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let member = object("member")
        .field(field::text("list").required())
        .field(field::reference("contact", &["contact"]).required())
        .unique(&["list", "contact"]);
    tenant.define(member).await;
    let (ada, other) = two(&tenant, json!({"full_name": "Ada"}), json!({"full_name": "Other"})).await;
    tenant.make("member", json!({"list": "news", "contact": ada})).await;
    let twice = tenant.make("member", json!({"list": "news", "contact": other})).await;
    let mark = tenant.mark().await;
    let refused =
        merge(&tenant, "contact", &ada, json!({"from": other})).await.expect_problem(409, "not_unique");
    assert_eq!(refused.faults()[0]["records"], json!([twice]), "which record stands in the way");
    tenant.expect_changes(mark, &[]).await;
    tenant.delete("member", &twice).done().await;
    merge(&tenant, "contact", &ada, json!({"from": other})).ok().await;
}
