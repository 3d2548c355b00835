//! Batches: many operations in one transaction.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

use crate::crm;

each_db!(
    does_all_or_nothing,
    refers_to_earlier_results,
    sees_what_it_did_before,
    names_no_record_that_it_undid,
    gathers_the_faults_of_all_operations,
    lets_independent_operations_fail_alone,
    fails_what_refers_to_a_failure,
    does_every_kind_of_operation,
    guards_with_if_match,
    is_one_transaction,
    takes_a_thousand_operations_and_no_more,
    refuses_what_is_no_batch,
);

async fn does_all_or_nothing(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let operations = json!([
        {"op": "create", "object": "company", "record": {"name": "Acme"}},
        {"op": "create", "object": "contact", "record": {"full_name": "Ada", "stage": "wonn"}},
    ]);
    let refused = tenant.batch(operations).await.expect_problem(422, "invalid_value");
    refused.expect_faults(&[("invalid_value", "/operations/1/record/stage")]);
    tenant.expect_changes(mark, &[]).await;
    assert_eq!(tenant.list("company").expect(200).await.data().len(), 0);
}

async fn refers_to_earlier_results(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let operations = json!([
        {"op": "create", "object": "company", "as": "acme", "record": {"name": "Acme"}},
        {"op": "create", "object": "contact", "as": "ada",
         "record": {"full_name": "Ada", "company": {"$ref": "acme"}}},
        {"op": "create", "object": "deal",
         "record": {"company": {"$ref": "acme"}, "contact": {"$ref": "ada"}, "amount": crm::euros("5.00")}},
        {"op": "update", "object": "company", "id": {"$ref": "acme"}, "record": {"name": "Acme Ltd"}},
    ]);
    let answer = tenant.batch(operations).expect(200).await;
    let results = answer.json()["results"].as_array().unwrap().clone();
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 201, 201, 200]);
    assert_eq!(results[1]["record"]["company"], results[0]["id"]);
    assert_eq!(results[2]["record"]["contact"], results[1]["id"]);
    assert_eq!(results[3]["record"]["name"], "Acme Ltd");
    assert_eq!(answer.json()["position"], answer.position());
    let company = tenant.get("company", results[0]["id"].as_str().unwrap()).ok().await;
    assert_eq!((&company["name"], &company["deals"]), (&json!("Acme Ltd"), &json!(1)));
    assert_eq!(company["amount"], crm::euros("5.00"));
    assert_eq!(tenant.transactions(mark).await.len(), 1);
    let unknown = json!([{"op": "create", "object": "deal", "record": {"company": {"$ref": "nobody"}}}]);
    let refused = tenant.batch(unknown).await.expect_status(422);
    assert_eq!(
        refused.faults()[0]["pointer"].as_str().unwrap().find("/operations/0/record/company"),
        Some(0)
    );
}

async fn names_no_record_that_it_undid(server: Server) {
    let tenant = crm::tenant(&server).await;
    let there = tenant.make("contact", json!({"full_name": "Eve", "email": "eve@example.com"})).await;
    let create = |name: &str, email: &str| json!({"op": "create", "object": "contact", "record": {"full_name": name, "email": email}});
    let operations = json!([
        create("Ada", "ada@example.com"),
        create("Bob", "ada@example.com"),
        create("Eva", "eve@example.com"),
    ]);
    let refused = tenant.batch(operations.clone()).await.expect_problem(409, "not_unique");
    let faults = refused.faults();
    assert_eq!(faults[0]["records"], json!(null), "{refused:?}");
    assert!(faults[0]["hint"].as_str().unwrap().contains("`/operations/0`"), "{refused:?}");
    assert_eq!(faults[1]["records"], json!([there]));
    let answer = tenant.batch_independent(operations).ok().await;
    let fault = &answer["results"][1]["error"]["errors"][0];
    assert_eq!(fault["records"], json!([answer["results"][0]["id"]]));
}

async fn sees_what_it_did_before(server: Server) {
    let tenant = crm::tenant(&server).await;
    let operations = json!([
        {"op": "create", "object": "contact", "as": "a", "record": {"full_name": "Ada", "email": "a@example.com"}},
        {"op": "create", "object": "contact", "record": {"full_name": "Bob", "email": "a@example.com"}},
    ]);
    let refused = tenant.batch(operations).await.expect_problem(409, "not_unique");
    refused.expect_fault("not_unique", "/operations/1/record/email");
    let operations = json!([
        {"op": "create", "object": "contact", "as": "a", "record": {"full_name": "Ada", "email": "a@example.com"}},
        {"op": "delete", "object": "contact", "id": {"$ref": "a"}},
        {"op": "create", "object": "contact", "record": {"full_name": "Bob", "email": "a@example.com"}},
        {"op": "upsert", "object": "contact", "by": {"email": "a@example.com"}, "record": {"full_name": "Eve"}},
    ]);
    let answer = tenant.batch(operations).ok().await;
    assert_eq!(answer["results"][3]["id"], answer["results"][2]["id"]);
    assert_eq!(answer["results"][3]["record"]["full_name"], "Eve");
    assert_eq!(tenant.list("contact").expect(200).await.data().len(), 1);
}

async fn gathers_the_faults_of_all_operations(server: Server) {
    let tenant = crm::tenant(&server).await;
    let operations = json!([
        {"op": "create", "object": "contact", "record": {"stage": "x"}},
        {"op": "create", "object": "contact", "record": {"full_name": "Ada"}},
        {"op": "create", "object": "contakt", "record": {}},
        {"op": "create", "object": "contact", "record": {"full_name": 1, "colour": "red"}},
    ]);
    let refused = tenant.batch(operations).await.expect_status(422);
    let refused = refused
        .expect_fault("invalid_value", "/operations/0/record/stage")
        .expect_fault("required", "/operations/0/record/full_name")
        .expect_fault("invalid_type", "/operations/3/record/full_name")
        .expect_fault("unknown_field", "/operations/3/record/colour");
    let pointers: Vec<_> = refused.faults().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    assert!(pointers.iter().any(|pointer| pointer.starts_with("/operations/2")), "{pointers:?}");
    assert!(!pointers.iter().any(|pointer| pointer.starts_with("/operations/1")), "{pointers:?}");
}

async fn lets_independent_operations_fail_alone(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let operations = json!([
        {"op": "create", "object": "contact", "record": {"full_name": "Ada", "email": "a@example.com"}},
        {"op": "create", "object": "contact", "record": {"full_name": "Bob", "email": "a@example.com"}},
        {"op": "create", "object": "contact", "record": {}},
        {"op": "update", "object": "contact", "id": "contact_01h455vb4pex5vsknk084sn02q", "record": {}},
        {"op": "create", "object": "contact", "record": {"full_name": "Eve"}},
    ]);
    let answer = tenant.batch_independent(operations).expect(200).await;
    let results = answer.json()["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 409, 422, 404, 201]);
    assert_eq!(results[1]["error"]["code"], "not_unique");
    assert_eq!(results[2]["error"]["code"], "required");
    assert_eq!(results[2]["error"]["errors"][0]["pointer"], "/operations/2/record/full_name");
    assert_eq!(tenant.transactions(mark).await.len(), 1);
    tenant.expect_changes(mark, &["record.created contact", "record.created contact"]).await;
}

async fn fails_what_refers_to_a_failure(server: Server) {
    let tenant = crm::tenant(&server).await;
    let operations = json!([
        {"op": "create", "object": "company", "as": "acme", "record": {}},
        {"op": "create", "object": "deal", "record": {"company": {"$ref": "acme"}}},
        {"op": "delete", "object": "company", "id": {"$ref": "acme"}},
        {"op": "create", "object": "deal", "record": {}},
    ]);
    let answer = tenant.batch_independent(operations).ok().await;
    let statuses: Vec<_> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [422, 424, 424, 201]);
    assert_eq!(answer["results"][1]["error"]["code"], "batch_failed");
}

async fn does_every_kind_of_operation(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let other = tenant.make("contact", json!({"full_name": "Old"})).await;
    tenant.delete("contact", &other).done().await;
    let mark = tenant.mark().await;
    let operations = json!([
        {"op": "create", "object": "contact", "record": {"full_name": "Bob"}},
        {"op": "update", "object": "contact", "id": id, "record": {"stage": "won"}},
        {"op": "upsert", "object": "contact", "by": {"email": "e@example.com"}, "record": {"full_name": "Eve"}},
        {"op": "restore", "object": "contact", "id": other},
        {"op": "delete", "object": "contact", "id": id},
        {"op": "purge", "object": "contact", "id": other},
    ]);
    let answer = tenant.batch(operations).ok().await;
    let results = answer["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 200, 201, 200, 204, 204]);
    assert_eq!(results[4].get("record"), None);
    assert_eq!(results[2]["record"]["email"], "e@example.com");
    let kinds = [
        "record.created contact",
        "record.updated contact",
        "record.created contact",
        "record.restored contact",
        "record.deleted contact",
        "record.purged contact",
    ];
    tenant.expect_changes(mark, &kinds).await;
}

async fn guards_with_if_match(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let update = |version: i64| json!([{"op": "update", "object": "contact", "id": id, "record": {"stage": "won"}, "if_match": version}]);
    tenant.batch(update(2)).await.expect_problem(412, "version_mismatch");
    tenant.batch(update(1)).ok().await;
    tenant.batch(update(1)).await.expect_problem(412, "version_mismatch");
    // Within a batch, the version is the one that the operations before have made.
    let operations = json!([
        {"op": "update", "object": "contact", "id": id, "record": {"stage": "lead"}, "if_match": 2},
        {"op": "update", "object": "contact", "id": id, "record": {"stage": "lost"}, "if_match": 3},
        {"op": "delete", "object": "contact", "id": id, "if_match": 4},
    ]);
    tenant.batch(operations).ok().await;
}

async fn is_one_transaction(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let deals: Vec<_> = (0..20)
        .map(|n| json!({"op": "create", "object": "deal", "record": {"company": company, "seats": n}}))
        .collect();
    let answer = tenant.batch(json!(deals)).expect(200).await;
    let transactions = tenant.transactions(mark).await;
    assert_eq!(transactions.len(), 2);
    let changes = transactions[1]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 21, "twenty deals, and the company's roll-ups once, at the end");
    assert_eq!(changes[20]["type"], "record.derived");
    assert_eq!(changes[20]["fields"]["seats"], json!({"old": "0", "new": "190"}));
    assert_eq!(transactions[1]["position"], answer.position());
    let times: std::collections::BTreeSet<_> = answer.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["record"]["created_at"].as_str().unwrap())
        .collect();
    assert_eq!(times.len(), 1, "one time for all");
}

async fn takes_a_thousand_operations_and_no_more(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::email("email").unique())).await;
    let operations = |count: usize| -> serde_json::Value {
        (0..count)
            .map(|n| json!({"op": "create", "object": "contact", "record": {"email": format!("{n}@example.com")}}))
            .collect()
    };
    let refused = tenant.batch(operations(1001)).await;
    refused.expect_problem(413, "too_large");
    let answer = tenant.batch(operations(1000)).ok().await;
    assert_eq!(answer["results"].as_array().unwrap().len(), 1000);
    let mark = tenant.mark().await;
    tenant.batch(operations(1000)).await.expect_problem(409, "not_unique");
    tenant.expect_changes(mark, &[]).await;
    let answer = tenant.batch(json!([])).await;
    assert!(answer.status() == 200 || answer.status() == 422, "{answer:?}");
}

async fn refuses_what_is_no_batch(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for wrong in [
        json!({}),
        json!([]),
        json!({"operations": {}}),
        json!({"operations": [5]}),
        json!({"operations": [{}]}),
        json!({"operations": [{"op": "explode", "object": "contact"}]}),
        json!({"operations": [{"op": "create", "object": "contact"}]}),
        json!({"operations": [{"op": "create", "record": {"full_name": "x"}}]}),
        json!({"operations": [{"op": "create", "object": 5, "record": {"full_name": "x"}}]}),
        json!({"operations": [{"op": "create", "object": "contact", "record": {"full_name": "x"}, "id": "y"}]}),
        json!({"operations": [{"op": "update", "object": "contact", "record": {}}]}),
        json!({"operations": [{"op": "upsert", "object": "contact", "by": {}, "record": {"full_name": "x"}}]}),
        json!({"operations": [{"op": "create", "object": "contact", "record": {"full_name": "x"}, "if_match": 1}]}),
        json!({"operations": [{"op": "delete", "object": "contact", "id": 7}]}),
        json!({"operations": [], "colour": 1}),
        json!({"atomic": "yes", "operations": []}),
        json!({"operations": [
            {"op": "create", "object": "contact", "as": "a", "record": {"full_name": "x"}},
            {"op": "create", "object": "contact", "as": "a", "record": {"full_name": "y"}}]}),
    ] {
        let refused = tenant.caller().post("/v1/batch", &wrong).await;
        assert!((400..500).contains(&refused.status()), "{wrong}\n{refused:?}");
    }
    tenant.expect_changes(mark, &[]).await;
}
