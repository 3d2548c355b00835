//! What cannot be decided beside others, case by case: within one batch, and sent at
//! once with what stands in its way.

use kith_testing::{Call, Response, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    reuses_a_unique_value_in_the_batch_that_frees_it,
    reuses_a_unique_value_as_soon_as_it_is_free,
    exchanges_unique_values,
    adds_up_what_a_batch_deletes_and_restores,
    purges_what_it_made_a_moment_before,
    purges_answers_that_showed_it_a_moment_before,
    cascades_beside_writes_of_the_children,
    changes_the_schema_in_the_middle_of_a_queue,
    answers_what_changes_nothing_beside_a_refused_schema_change,
    restores_into_a_key_that_was_made_meanwhile,
    takes_a_value_beyond_the_bounds_by_no_way,
);

async fn at_once(calls: impl IntoIterator<Item = Call>) -> Vec<Response> {
    let sent: Vec<_> = calls.into_iter().map(|call| tokio::spawn(async move { call.await })).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

async fn contact(tenant: &Tenant, email: &str) -> String {
    tenant.make("contact", json!({"full_name": email, "email": email})).await
}

async fn email_of(tenant: &Tenant, id: &str) -> Json {
    tenant.get("contact", id).ok().await["email"].clone()
}

async fn reuses_a_unique_value_in_the_batch_that_frees_it(server: Server) {
    let tenant = crm::tenant(&server).await;
    let email = "ada@example.com";
    let new = json!({"op": "create", "object": "contact", "as": "new", "record": {"full_name": "new", "email": email}});
    for free in ["delete", "purge", "update"] {
        let old = contact(&tenant, email).await;
        let mark = tenant.mark().await;
        let mut free = json!({"op": free, "object": "contact", "id": old});
        if free["op"] == "update" {
            free["record"] = json!({"email": "other@example.com"});
        }
        // In the wrong order nothing is done; in the right one, all.
        tenant.batch(json!([new, free])).await.expect_problem(409, "not_unique");
        let made = tenant.batch(json!([free, new])).expect(200).await;
        let id = made.json()["results"][1]["id"].as_str().unwrap().to_owned();
        assert_eq!(email_of(&tenant, &id).await, email);
        assert_eq!(tenant.transactions(mark).await.len(), 1);
        // And back: away, and to where it was.
        tenant
            .batch(json!([
                {"op": "delete", "object": "contact", "id": id},
                new,
                {"op": "delete", "object": "contact", "id": {"$ref": "new"}},
                {"op": "restore", "object": "contact", "id": id},
                {"op": "update", "object": "contact", "id": id, "record": {"email": null}},
            ]))
            .ok()
            .await;
        assert_eq!(tenant.list("contact").query("email", email).expect(200).await.data().len(), 0);
    }
}

async fn reuses_a_unique_value_as_soon_as_it_is_free(server: Server) {
    let tenant = crm::tenant(&server).await;
    let email = "ada@example.com";
    let mut owner = contact(&tenant, email).await;
    for round in 0..10 {
        let create = || tenant.create("contact", json!({"full_name": "new", "email": email}));
        let free = match round % 3 {
            0 => tenant.delete("contact", &owner),
            1 => tenant.purge("contact", &owner),
            _ => tenant.patch("contact", &owner, json!({"email": null})),
        };
        let answers = at_once([create(), free, create(), create()]).await;
        assert!([200, 204].contains(&answers[1].status()), "{answers:?}");
        let made: Vec<&Response> = answers.iter().filter(|answer| answer.status() == 201).collect();
        assert!(made.len() <= 1, "{made:?}");
        owner = match made.first() {
            Some(made) => made.id(),
            None => create().expect(201).await.id(),
        };
    }
}

async fn exchanges_unique_values(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (a, b, c) = (
        contact(&tenant, "a@x.org").await,
        contact(&tenant, "b@x.org").await,
        contact(&tenant, "c@x.org").await,
    );
    let set = |id: &str, email: Json| json!({"op": "update", "object": "contact", "id": id, "record": {"email": email}});
    let mark = tenant.mark().await;
    // Each step must hold by itself: an exchange goes by way of null.
    let hasty = json!([set(&a, json!("b@x.org")), set(&b, json!("a@x.org"))]);
    tenant.batch(hasty).await.expect_problem(409, "not_unique");
    tenant
        .batch(json!([set(&a, json!(null)), set(&b, json!("a@x.org")), set(&a, json!("b@x.org"))]))
        .ok()
        .await;
    assert_eq!(
        (email_of(&tenant, &a).await, email_of(&tenant, &b).await),
        (json!("b@x.org"), json!("a@x.org"))
    );
    // Three in a circle, and a new one takes what is left.
    let circle = json!([
        set(&a, json!("d@x.org")),
        set(&b, json!("b@x.org")),
        set(&c, json!("a@x.org")),
        {"op": "upsert", "object": "contact", "by": {"email": "c@x.org"}, "record": {"full_name": "new"}},
    ]);
    let made = tenant.batch(circle).ok().await;
    assert_eq!(made["results"][3]["status"], 201);
    for (id, email) in [(&a, "d@x.org"), (&b, "b@x.org"), (&c, "a@x.org")] {
        assert_eq!(email_of(&tenant, id).await, email);
    }
    assert_eq!(tenant.transactions(mark).await.len(), 2);
}

async fn adds_up_what_a_batch_deletes_and_restores(server: Server) {
    let tenant = crm::tenant(&server).await;
    tenant.create_field("contact", field::sum("seats", "deal", "contact", "seats")).created().await;
    let contact = contact(&tenant, "ada@example.com").await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let deal = tenant.make("deal", json!({"contact": contact, "company": company, "seats": 3})).await;
    let there_and_back = json!([
        {"op": "delete", "object": "contact", "id": contact},
        {"op": "restore", "object": "contact", "id": contact},
        {"op": "update", "object": "deal", "id": deal, "record": {"seats": 4}},
    ]);
    let answer = tenant.batch(there_and_back).ok().await;
    assert_eq!(answer["results"][1]["record"]["seats"], "4");
    assert_eq!(tenant.get("contact", &contact).ok().await["seats"], "4");
    let totals = tenant.get("company", &company).ok().await;
    assert_eq!((&totals["deals"], &totals["seats"]), (&json!(1), &json!("4")));
}

async fn purges_what_it_made_a_moment_before(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let both = json!([
        {"op": "create", "object": "contact", "as": "it", "record": {"full_name": "a secret"}},
        {"op": "purge", "object": "contact", "id": {"$ref": "it"}},
    ]);
    let answer = tenant.batch(both).idempotency_key("both").expect(200).await;
    assert!(!answer.text().contains("a secret"), "{answer:?}");
    for round in 0..6 {
        let key = format!("round-{round}");
        let create = || tenant.create("contact", json!({"full_name": "a secret"})).idempotency_key(&key);
        let id = create().expect(201).await.id();
        let update = || tenant.patch("contact", &id, json!({"full_name": "another secret"}));
        let answers = at_once([update(), tenant.purge("contact", &id), update(), create()]).await;
        assert_eq!(answers[1].status(), 204);
        assert!([201, 410].contains(&answers[3].status()), "{answers:?}");
        create().await.expect_problem(410, "answer_erased");
    }
    let journal = json!(tenant.transactions(mark).await).to_string();
    assert!(!journal.contains("secret"), "{journal}");
}

async fn purges_answers_that_showed_it_a_moment_before(server: Server) {
    let tenant = crm::tenant(&server).await;
    let filler: Vec<Json> =
        (0..200).map(|seats| json!({"op": "create", "object": "deal", "record": {"seats": seats}})).collect();
    for round in 0..8 {
        let id = tenant.make("contact", json!({"full_name": "a secret"})).await;
        let key = format!("round-{round}");
        // Changes nothing, and its kept answer shows the record.
        let idle = || tenant.patch("contact", &id, json!({"full_name": "a secret"})).idempotency_key(&key);
        // The others wait while the first is written, and are decided together.
        at_once([tenant.batch(json!(filler)), idle(), tenant.purge("contact", &id)]).await;
        let again = idle().await;
        assert!([404, 410].contains(&again.status()), "{again:?}");
    }
}

async fn cascades_beside_writes_of_the_children(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    for _ in 0..5 {
        let owner = tenant.make("contact", json!({"full_name": "owner"})).await;
        let other = tenant.make("contact", json!({"full_name": "other"})).await;
        let deal = json!({"contact": owner, "company": company, "seats": 1});
        let mut deals = Vec::new();
        for _ in 0..6 {
            deals.push(tenant.make("deal", deal.clone()).await);
        }
        let mut calls: Vec<Call> =
            deals.iter().take(2).map(|id| tenant.patch("deal", id, json!({"seats": 2}))).collect();
        calls.push(tenant.patch("deal", &deals[2], json!({"contact": other})));
        calls.push(tenant.create("deal", deal.clone()));
        calls.push(tenant.delete("contact", &owner));
        calls.push(tenant.patch("deal", &deals[3], json!({"contact": other})));
        calls.push(tenant.delete("deal", &deals[4]));
        calls.push(tenant.create("deal", deal));
        let answers = at_once(calls).await;
        assert_eq!(answers[4].status(), 204, "{answers:?}");
        let left = tenant.list("deal").query("contact", &owner).expect(200).await;
        assert_eq!(left.data().len(), 0, "all went with their contact");
        for (answer, deal) in [(&answers[2], &deals[2]), (&answers[5], &deals[3])] {
            // It moved away in time, or went along and was not found.
            let is_moved = answer.status() == 200;
            assert_eq!(tenant.get("deal", deal).await.status(), if is_moved { 200 } else { 404 });
        }
        tenant.restore("contact", &owner).ok().await;
    }
}

async fn changes_the_schema_in_the_middle_of_a_queue(server: Server) {
    let tenant = crm::tenant(&server).await;
    for round in 0..4 {
        let name = format!("extra{round}");
        let old = || tenant.create("deal", json!({"seats": round}));
        let new = || tenant.create("deal", json!({ &name: "x" }));
        let mut calls: Vec<Call> = (0..12).flat_map(|_| [old(), new()]).collect();
        calls.insert(12, tenant.create_field("deal", field::text(&name).default(json!("given"))));
        let answers = at_once(calls).await;
        assert_eq!(answers[12].status(), 201);
        let changed = answers[12].position();
        for (index, answer) in answers.iter().enumerate().filter(|(index, _)| *index != 12) {
            let is_old = (index - usize::from(index > 12)) % 2 == 0;
            match answer.status() {
                201 if is_old && answer.position() < changed => assert!(answer.json().get(&name).is_none()),
                201 if is_old => assert_eq!(answer.json()[&name], "given"),
                201 => assert!(answer.position() > changed),
                422 if !is_old => assert_eq!(answer.json()["code"], "unknown_field"),
                _ => panic!("{answer:?}"),
            }
        }
        new().created().await;
    }
}

async fn answers_what_changes_nothing_beside_a_refused_schema_change(server: Server) {
    let tenant = crm::tenant(&server).await;
    let deal = tenant.make("deal", json!({"seats": 5})).await;
    let mark = tenant.mark().await;
    for _ in 0..10 {
        let idle = || tenant.patch("deal", &deal, json!({"seats": 5}));
        let same = || tenant.patch_field("deal", "contact", json!({"on_delete": "cascade"}));
        let refused = || tenant.patch_field("deal", "seats", json!({"max": 1}));
        let answers = at_once([idle(), refused(), same(), refused(), idle(), same(), refused()]).await;
        let statuses: Vec<u16> = answers.iter().map(Response::status).collect();
        assert_eq!(statuses, [200, 409, 200, 409, 200, 200, 409], "{answers:?}");
    }
    tenant.expect_changes(mark, &[]).await;
}

async fn restores_into_a_key_that_was_made_meanwhile(server: Server) {
    let tenant = server.tenant().await;
    let folder = object("folder")
        .field(field::text("name"))
        .field(field::reference("parent", &["folder"]).on_delete("cascade"));
    tenant.define(folder).await;
    let root = tenant.make("folder", json!({"name": "root"})).await;
    let twin = json!({"name": "twin", "parent": root});
    tenant.make("folder", twin.clone()).await;
    let other = tenant.make("folder", twin).await;
    tenant.delete("folder", &root).done().await;
    tenant.create_key("folder", json!({"fields": ["name"]})).created().await;
    // Both of the twins come back with their root, and only one may.
    tenant.restore("folder", &root).await.expect_problem(409, "not_unique");
    tenant.purge("folder", &other).done().await;
    tenant.restore("folder", &root).ok().await;
    assert_eq!(tenant.list("folder").expect(200).await.data().len(), 2);
}

async fn takes_a_value_beyond_the_bounds_by_no_way(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("part").field(field::integer("code").unique().set("max", json!(10)))).await;
    tenant.upsert("part", "code", "11", json!({})).await.expect_problem(422, "invalid_value");
    let operations = json!([{"op": "upsert", "object": "part", "by": {"code": 11}, "record": {}}]);
    tenant.batch(operations).await.expect_problem(422, "invalid_value");
    assert_eq!(tenant.list("part").expect(200).await.data().len(), 0);
}
