//! References: to one object or to several, and what a deletion does.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::json;

each_db!(
    refuses_a_record_that_does_not_exist,
    restricts,
    clears,
    cascades,
    cascades_through_several_objects,
    restricts_within_a_cascade,
    points_at_several_objects,
    deletes_a_circle,
    bounds_a_cascade,
    finds_what_refers_here,
);

async fn pair(server: &Server, on_delete: &str) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("company").field(field::text("name"))).await;
    tenant
        .define(object("contact").field(field::reference("company", &["company"]).on_delete(on_delete)))
        .await;
    tenant
}

async fn refuses_a_record_that_does_not_exist(server: Server) {
    let tenant = pair(&server, "restrict").await;
    let company = tenant.make("company", json!({})).await;
    let contact = tenant.make("contact", json!({})).await;
    let gone = tenant.make("company", json!({})).await;
    tenant.delete("company", &gone).done().await;
    let mark = tenant.mark().await;
    let never = company[..company.len() - 1].to_owned() + if company.ends_with('0') { "1" } else { "0" };
    for (target, code) in [(&gone, "reference_not_found"), (&never, "reference_not_found")] {
        let refused = tenant.create("contact", json!({"company": target})).await;
        refused.expect_problem(422, code).expect_fault(code, "/company");
        let refused = tenant.patch("contact", &contact, json!({"company": target})).await;
        refused.expect_problem(422, code).expect_fault(code, "/company");
    }
    let wrong_kind = tenant.create("contact", json!({"company": contact})).await;
    assert_eq!(wrong_kind.expect_status(422).faults()[0]["pointer"], "/company");
    tenant.expect_changes(mark, &[]).await;
}

async fn restricts(server: Server) {
    let tenant = pair(&server, "restrict").await;
    let company = tenant.make("company", json!({})).await;
    let mut contacts = Vec::new();
    for _ in 0..12 {
        contacts.push(tenant.make("contact", json!({"company": company})).await);
    }
    let mark = tenant.mark().await;
    for call in [tenant.delete("company", &company), tenant.purge("company", &company)] {
        let refused = call.await.expect_problem(409, "referenced");
        let named = refused.faults()[0]["records"].as_array().unwrap();
        assert_eq!(named.len(), 10, "{refused:?}");
        assert!(named.iter().all(|id| contacts.iter().any(|contact| id == contact)), "{refused:?}");
    }
    tenant.expect_changes(mark, &[]).await;
    for contact in &contacts {
        tenant.delete("contact", contact).done().await;
    }
    tenant.delete("company", &company).done().await;
}

async fn clears(server: Server) {
    let tenant = pair(&server, "clear").await;
    let company = tenant.make("company", json!({})).await;
    let contact = tenant.make("contact", json!({"company": company})).await;
    let mark = tenant.mark().await;
    tenant.delete("company", &company).done().await;
    let record = tenant.get("contact", &contact).ok().await;
    assert_eq!((&record["company"], &record["version"]), (&json!(null), &json!(2)));
    let transactions = tenant.transactions(mark).await;
    assert_eq!(transactions.len(), 1, "all of it is one transaction");
    let mut kinds: Vec<_> = transactions[0]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}", change["type"].as_str().unwrap(), change["object"].as_str().unwrap()))
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["record.deleted company", "record.updated contact"]);
    tenant.restore("company", &company).ok().await;
    assert_eq!(tenant.get("contact", &contact).ok().await["company"], json!(null), "a change of its own");
}

async fn cascades(server: Server) {
    let tenant = pair(&server, "cascade").await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let one = tenant.make("contact", json!({"company": company})).await;
    let two = tenant.make("contact", json!({"company": company})).await;
    let other = tenant.make("contact", json!({})).await;
    let mark = tenant.mark().await;
    tenant.delete("company", &company).done().await;
    for contact in [&one, &two] {
        tenant.get("contact", contact).await.expect_problem(404, "not_found");
    }
    tenant.get("contact", &other).ok().await;
    assert_eq!(tenant.transactions(mark).await.len(), 1);
    let trash = tenant.trash("contact").expect(200).await;
    assert_eq!(trash.data().len(), 2);
    assert!(trash.data().iter().all(|entry| entry["is_root"] == false), "{trash:?}");
    tenant.restore("company", &company).ok().await;
    for contact in [&one, &two] {
        let record = tenant.get("contact", contact).ok().await;
        assert_eq!((&record["company"], &record["version"]), (&json!(company), &json!(3)));
    }
    assert_eq!(tenant.trash("contact").expect(200).await.data().len(), 0);
}

async fn cascades_through_several_objects(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("a").field(field::text("x"))).await;
    for (name, parent) in [("b", "a"), ("c", "b"), ("d", "c")] {
        tenant.define(object(name).field(field::reference("parent", &[parent]).on_delete("cascade"))).await;
    }
    let mut root = tenant.make("a", json!({})).await;
    let top = root.clone();
    let mut chain = Vec::new();
    for name in ["b", "c", "d"] {
        root = tenant.make(name, json!({"parent": root})).await;
        chain.push((name, root.clone()));
    }
    let mark = tenant.mark().await;
    tenant.delete("a", &top).done().await;
    assert_eq!(tenant.transactions(mark).await[0]["changes"].as_array().unwrap().len(), 4);
    tenant.restore("a", &top).ok().await;
    for (name, id) in &chain {
        tenant.get(name, id).ok().await;
    }
    tenant.purge("a", &top).done().await;
    for (name, id) in &chain {
        tenant.get(name, id).await.expect_problem(404, "not_found");
        tenant.restore(name, id).await.expect_problem(404, "not_found");
    }
}

async fn restricts_within_a_cascade(server: Server) {
    let tenant = pair(&server, "cascade").await;
    tenant
        .define(object("invoice").field(field::reference("contact", &["contact"]).on_delete("restrict")))
        .await;
    let company = tenant.make("company", json!({})).await;
    let contact = tenant.make("contact", json!({"company": company})).await;
    let invoice = tenant.make("invoice", json!({"contact": contact})).await;
    let mark = tenant.mark().await;
    let refused = tenant.delete("company", &company).await.expect_problem(409, "referenced");
    assert_eq!(refused.faults()[0]["records"], json!([invoice]));
    tenant.expect_changes(mark, &[]).await;
    tenant.get("contact", &contact).ok().await;
    // In one batch the invoice goes first, and then nothing is in the way.
    let operations = json!([
        {"op": "delete", "object": "invoice", "id": invoice},
        {"op": "delete", "object": "company", "id": company},
    ]);
    tenant.batch(operations).ok().await;
}

async fn points_at_several_objects(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("company")).await;
    tenant.define(object("contact")).await;
    tenant.define(object("stranger")).await;
    tenant
        .define(object("note").field(field::reference("about", &["company", "contact"]).on_delete("cascade")))
        .await;
    let company = tenant.make("company", json!({})).await;
    let contact = tenant.make("contact", json!({})).await;
    let stranger = tenant.make("stranger", json!({})).await;
    let note = tenant.make("note", json!({"about": company})).await;
    let changed = tenant.patch("note", &note, json!({"about": contact})).ok().await;
    assert_eq!(changed["about"], contact.as_str());
    assert_eq!(tenant.create("note", json!({"about": stranger})).await.expect_status(422).faults().len(), 1);
    let found = tenant.list("note").query("about", &contact).expect(200).await;
    assert_eq!(found.data()[0]["id"], note.as_str());
    assert_eq!(tenant.list("note").query("about", &company).expect(200).await.data().len(), 0);
    tenant.delete("company", &company).done().await;
    tenant.get("note", &note).ok().await;
    tenant.delete("contact", &contact).done().await;
    tenant.get("note", &note).await.expect_problem(404, "not_found");
    tenant.restore("contact", &contact).ok().await;
    assert_eq!(tenant.get("note", &note).ok().await["about"], contact.as_str());
}

async fn deletes_a_circle(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("node").field(field::reference("next", &["node"]).on_delete("cascade"))).await;
    let a = tenant.make("node", json!({})).await;
    let b = tenant.make("node", json!({"next": a})).await;
    let c = tenant.make("node", json!({"next": b})).await;
    tenant.patch("node", &a, json!({"next": c})).ok().await;
    tenant.delete("node", &b).done().await;
    assert_eq!(tenant.list("node").expect(200).await.data().len(), 0);
    tenant.restore("node", &b).ok().await;
    assert_eq!(tenant.get("node", &a).ok().await["next"], c.as_str());
    tenant.purge("node", &c).done().await;
    assert_eq!(tenant.trash("node").expect(200).await.data().len(), 0);
}

async fn bounds_a_cascade(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("node").field(field::reference("parent", &["node"]).on_delete("cascade"))).await;
    let root = tenant.make("node", json!({})).await;
    let mut last = root.clone();
    for _ in 0..40 {
        last = tenant.make("node", json!({"parent": last})).await;
    }
    let mark = tenant.mark().await;
    let refused = tenant.delete("node", &root).await;
    assert!(refused.status() == 422, "deeper than 32 references\n{refused:?}");
    assert_eq!(refused.json()["code"], "limit_reached");
    tenant.expect_changes(mark, &[]).await;
}

async fn finds_what_refers_here(server: Server) {
    let tenant = pair(&server, "clear").await;
    let one = tenant.make("company", json!({})).await;
    let two = tenant.make("company", json!({})).await;
    let contact = tenant.make("contact", json!({"company": one})).await;
    tenant.make("contact", json!({"company": two})).await;
    tenant.make("contact", json!({})).await;
    let found = tenant.list("contact").query("company", &one).expect(200).await;
    assert_eq!(found.data().len(), 1);
    assert_eq!(found.data()[0]["id"], contact.as_str());
    assert_eq!(tenant.list("contact").query("is_null", "company").expect(200).await.data().len(), 1);
}
