//! Tasks: what schema changes leave to be done while the records are in use.

mod crash;
mod nodes;

use kith_testing::{Server, Tenant, each_db, field, object};
use reqwest::Method;
use serde_json::{Value as Json, json};

each_db!(
    fills_few_records_within_the_change,
    fills_many_records_in_a_task,
    fills_what_an_expression_has_come_to_mean,
    sets_a_default_in_the_records_there_are,
    leaves_nulls_that_came_after_a_default,
    streams_how_far_a_task_is,
    ends_with_the_field_that_it_fills,
    lists_tasks_by_page,
    refuses_a_backfill_of_nothing,
    a_renamed_field_is_not_filled_again,
    takes_up_a_task_that_was_given_up,
);

/// Records in one batch.
const BATCH: usize = 1_000;

/// Makes so many records, in batches; `make` says what the nth is.
pub(crate) async fn make_many(
    tenant: &Tenant,
    object: &str,
    count: usize,
    make: impl Fn(usize) -> Json,
) -> Vec<String> {
    let mut ids = Vec::with_capacity(count);
    for start in (0..count).step_by(BATCH) {
        let create = |number| json!({ "op": "create", "object": object, "record": make(number) });
        let operations: Vec<Json> = (start..count.min(start + BATCH)).map(create).collect();
        let answer = tenant.batch(json!(operations)).minimal().ok().await;
        let results = answer["results"].as_array().unwrap();
        ids.extend(results.iter().map(|result| result["id"].as_str().unwrap().to_owned()));
    }
    ids
}

/// The task of an answer, once it has ended well.
pub(crate) async fn done(tenant: &Tenant, answer: &Json) -> Json {
    let id = answer["task"].as_str().unwrap_or_else(|| panic!("no task is left: {answer}"));
    let task = ended(tenant, id).await;
    assert_eq!(task["state"], json!("done"), "{task}");
    task
}

/// A task, once it has ended.
pub(crate) async fn ended(tenant: &Tenant, id: &str) -> Json {
    loop {
        let task = read(tenant, id).await;
        if task["state"] != json!("running") {
            return task;
        }
    }
}

async fn read(tenant: &Tenant, id: &str) -> Json {
    tenant.caller().get(&format!("/v1/schema/tasks/{id}")).query("wait", "20s").ok().await
}

/// All records of an object.
pub(crate) async fn all(tenant: &Tenant, object: &str) -> Vec<Json> {
    let mut records = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut page = tenant.list(object).query("limit", 500);
        if let Some(cursor) = &cursor {
            page = page.query("cursor", cursor);
        }
        let page = page.ok().await;
        records.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return records,
        }
    }
}

pub(crate) async fn contacts(server: &Server, count: usize) -> (Tenant, Vec<String>) {
    let tenant = server.tenant().await;
    tenant.define(object("contact").field(field::integer("number"))).await;
    let ids = make_many(&tenant, "contact", count, |number| json!({ "number": number })).await;
    (tenant, ids)
}

pub(crate) fn doubled() -> field::Field {
    field::integer("double").set("computed", json!("number * 2")).set("stored", json!(true))
}

/// Expects every record to have twice its number.
pub(crate) async fn expect_doubled(tenant: &Tenant, count: usize) {
    let records = all(tenant, "contact").await;
    assert_eq!(records.len(), count);
    for record in records {
        let number = record["number"].as_i64().unwrap();
        assert_eq!(record["double"], json!(number * 2), "{record}");
    }
}

async fn fills_few_records_within_the_change(server: Server) {
    let (tenant, _) = contacts(&server, 20).await;
    let mark = tenant.mark().await;
    let made = tenant.create_field("contact", doubled()).created().await;
    assert_eq!((&made["state"], &made["task"]), (&Json::Null, &Json::Null));
    expect_doubled(&tenant, 20).await;
    let transactions = tenant.transactions(mark).await;
    assert_eq!(transactions.len(), 1, "the change and its values are one transaction");
    assert_eq!(transactions[0]["changes"].as_array().unwrap().len(), 21);
    let record = &all(&tenant, "contact").await[3];
    assert_eq!(record["version"], json!(1), "what is derived makes no version");
}

async fn fills_many_records_in_a_task(server: Server) {
    let (tenant, ids) = contacts(&server, 2_500).await;
    let made = tenant.create_field("contact", doubled()).created().await;
    assert_eq!(made["state"], json!("filling"));
    // What is written meanwhile has it at once.
    let new = tenant.create("contact", json!({"number": 9_000})).created().await;
    assert_eq!(new["double"], json!(18_000));
    let changed = tenant.patch("contact", &ids[2_400], json!({"number": 7})).ok().await;
    assert_eq!(changed["double"], json!(14));
    let task = done(&tenant, &made).await;
    assert_eq!(
        (&task["kind"], &task["object"], &task["field"]),
        (&json!("fill"), &json!("contact"), &json!("double"))
    );
    assert_eq!((&task["done"], &task["total"]), (&json!(2_500), &json!(2_500)));
    expect_doubled(&tenant, 2_501).await;
    let field = tenant.caller().get("/v1/schema/objects/contact/fields/double").ok().await;
    assert_eq!((&field["state"], &field["task"]), (&Json::Null, &Json::Null));
}

async fn fills_what_an_expression_has_come_to_mean(server: Server) {
    let (tenant, _) = contacts(&server, 1_200).await;
    let wrong = field::integer("double").set("computed", json!("number * 3")).set("stored", json!(true));
    let made = tenant.create_field("contact", wrong).created().await;
    done(&tenant, &made).await;
    let changed = tenant.patch_field("contact", "double", json!({"computed": "number * 2"})).ok().await;
    done(&tenant, &changed).await;
    expect_doubled(&tenant, 1_200).await;
}

async fn sets_a_default_in_the_records_there_are(server: Server) {
    let (tenant, ids) = contacts(&server, 1_500).await;
    let stage = || field::text("stage").default(json!("new"));
    let plain = field::text("kind").default(json!("person"));
    tenant.create_field("contact", plain).created().await;
    assert_eq!(tenant.get("contact", &ids[0]).ok().await["kind"], Json::Null, "only if it is asked for");
    let made = tenant.create_field("contact", stage().set("backfill", json!(true))).created().await;
    done(&tenant, &made).await;
    for record in all(&tenant, "contact").await {
        assert_eq!((&record["stage"], &record["version"]), (&json!("new"), &json!(1)));
    }
}

async fn leaves_nulls_that_came_after_a_default(server: Server) {
    let (tenant, _) = contacts(&server, 1_500).await;
    let stage = field::text("stage").default(json!("new")).set("backfill", json!(true));
    let made = tenant.create_field("contact", stage).created().await;
    let new = tenant.make("contact", json!({"number": 1, "stage": null})).await;
    done(&tenant, &made).await;
    assert_eq!(tenant.get("contact", &new).ok().await["stage"], Json::Null);
}

async fn streams_how_far_a_task_is(server: Server) {
    let (tenant, _) = contacts(&server, 3_000).await;
    let made = tenant.create_field("contact", doubled()).created().await;
    let path = format!("/v1/schema/tasks/{}", made["task"].as_str().unwrap());
    let answer = tenant.caller().get(&path).header("accept", "text/event-stream").await;
    let text = answer.text().to_owned();
    let events: Vec<Json> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert!(text.contains("event: task"), "{text}");
    let dones: Vec<i64> = events.iter().map(|event| event["done"].as_i64().unwrap()).collect();
    assert!(dones.is_sorted(), "{dones:?}");
    assert_eq!(events.last().unwrap()["state"], json!("done"), "the stream ends with the task");
}

async fn ends_with_the_field_that_it_fills(server: Server) {
    let (tenant, _) = contacts(&server, 4_000).await;
    let made = tenant.create_field("contact", doubled()).created().await;
    tenant.drop_field("contact", "double").query("hard", true).expect(200).await;
    let path = format!("/v1/schema/tasks/{}", made["task"].as_str().unwrap());
    tenant.caller().get(&path).await.expect_problem(404, "not_found");
    let made = tenant.create_field("contact", doubled()).created().await;
    done(&tenant, &made).await;
    expect_doubled(&tenant, 4_000).await;
}

async fn lists_tasks_by_page(server: Server) {
    let (tenant, _) = contacts(&server, 1_100).await;
    for name in ["a", "b", "c"] {
        let computed = field::integer(name).set("computed", json!("number + 1")).set("stored", json!(true));
        done(&tenant, &tenant.create_field("contact", computed).created().await).await;
    }
    let first = tenant.caller().get("/v1/schema/tasks").query("limit", 2).ok().await;
    let fields = |page: &Json| -> Vec<String> {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["field"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(fields(&first), ["c", "b"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = tenant.caller().get("/v1/schema/tasks").query("limit", 2).query("cursor", cursor).ok().await;
    assert_eq!(fields(&rest), ["a"]);
    assert_eq!(rest["next_cursor"], Json::Null);
    tenant
        .caller()
        .get("/v1/schema/tasks/schema_task_01h455vb4pex5vsknk084sn02q")
        .await
        .expect_problem(404, "not_found");
}

async fn refuses_a_backfill_of_nothing(server: Server) {
    let (tenant, _) = contacts(&server, 1).await;
    tenant
        .create_field("contact", field::text("stage").set("backfill", json!(true)))
        .await
        .expect_problem(422, "invalid_definition")
        .expect_fault("invalid_definition", "/backfill");
}

async fn a_renamed_field_is_not_filled_again(server: Server) {
    let (tenant, _) = contacts(&server, 1_100).await;
    done(&tenant, &tenant.create_field("contact", doubled()).created().await).await;
    let mark = tenant.mark().await;
    let renamed = tenant.patch_field("contact", "number", json!({"name": "amount"})).ok().await;
    assert_eq!(renamed["task"], Json::Null);
    let transactions = tenant.transactions(mark).await;
    assert_eq!(transactions.len(), 1, "no task has written anything: {transactions:?}");
}

async fn takes_up_a_task_that_was_given_up(server: Server) {
    let (tenant, _) = contacts(&server, 8_000).await;
    let made = tenant.create_field("contact", doubled()).created().await;
    let id = made["task"].as_str().unwrap();
    server.give_up(&tenant, id).await;
    let task = read(&tenant, id).await;
    assert_eq!((&task["state"], &task["error"]), (&json!("failed"), &json!("the database was away")));
    let field = tenant.caller().get("/v1/schema/objects/contact/fields/double").ok().await;
    assert_eq!(field["state"], json!("filling"), "it waits for somebody to say so");
    let retry = |id: &str| tenant.caller().call(Method::POST, &format!("/v1/schema/tasks/{id}/retry"));
    let taken_up = retry(id).ok().await;
    assert_eq!((&taken_up["state"], &taken_up["error"]), (&json!("running"), &Json::Null));
    done(&tenant, &made).await;
    expect_doubled(&tenant, 8_000).await;
    retry(id).await.expect_problem(409, "task_ended");
    retry("schema_task_01h455vb4pex5vsknk084sn02q").await.expect_problem(404, "not_found");
}
