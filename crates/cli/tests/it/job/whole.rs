//! All or nothing, plans, and an end before the end.

use kith_testing::{Server, each_db};
use serde_json::json;

use super::{counts, id};
use crate::crm;
use crate::tasks::all;

each_db!(
    writes_all_rows_or_none,
    writes_all_of_many_rows_or_none,
    plans_without_writing,
    finds_repeated_values_while_planning,
    ends_where_it_is_when_it_is_canceled,
    is_canceled_before_it_is_started,
);

/// More rows than an atomic load has in one transaction.
const MANY: usize = 10_500;

fn people(count: usize) -> String {
    let mut file = String::from("full_name,email\n");
    (0..count).for_each(|number| file.push_str(&format!("Person {number},p{number}@example.com\n")));
    file
}

async fn writes_all_rows_or_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let atomic = json!({"object": "contact", "effect": "atomic"});
    let file = format!("{}Eve,p3@example.com\nNobody,nobody\n", people(50));
    let job = tenant.load(atomic.clone(), file).await;
    assert_eq!(job["state"], "failed", "{job}");
    assert_eq!(job["rows"]["created"], 0, "{job}");
    assert!(job["error"]["detail"].is_string(), "{job}");
    assert!(all(&tenant, "contact").await.is_empty());
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
    let rows = tenant.job_rows(&job).await;
    let failed: Vec<_> = rows.iter().filter(|row| row["outcome"] == "failed").collect();
    let codes: Vec<_> = failed.iter().map(|row| row["errors"][0]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["not_unique", "invalid_value"], "{failed:?}");
    assert!(rows.iter().all(|row| row["outcome"] != "succeeded"), "nothing was written: {rows:?}");
    let mark = tenant.mark().await;
    let job = tenant.load(atomic, people(50)).await;
    assert_eq!(counts(&job), json!({"done": 50, "total": 50, "created": 50}), "{job}");
    let written: Vec<_> = tenant.transactions(mark).await;
    let sizes: Vec<usize> = written.iter().map(|one| one["changes"].as_array().unwrap().len()).collect();
    assert!(sizes.contains(&50), "one transaction has them all: {sizes:?}");
}

async fn writes_all_of_many_rows_or_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    let atomic = json!({"object": "contact", "effect": "atomic"});
    let mark = tenant.mark().await;
    let job = tenant.load(atomic.clone(), format!("{}Nobody,nobody\n", people(MANY))).await;
    assert_eq!((&job["state"], &job["rows"]["created"]), (&json!("failed"), &json!(0)), "{job}");
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
    let failed = tenant.job_results(id(&job)).query("outcome", "failed").expect(200).await;
    assert_eq!(failed.text().lines().count(), 1, "{failed:?}");
    let job = tenant.load(atomic, people(MANY)).await;
    assert_eq!(counts(&job), json!({"done": MANY, "total": MANY, "created": MANY}), "{job}");
    assert_eq!(tenant.job_rows(&job).await.len(), MANY);
}

async fn plans_without_writing(server: Server) {
    let tenant = crm::tenant(&server).await;
    tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let mark = tenant.mark().await;
    let plan = json!({"object": "contact", "operation": "upsert", "by": ["email"], "plan": true});
    let file =
        "full_name,email\nAda,ada@example.com\nAda Lovelace,ada@example.com\nNew,new@example.com\nBad,bad\n";
    let job = tenant.load(plan, file).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(
        counts(&job),
        json!({"done": 4, "total": 4, "created": 1, "updated": 1, "unchanged": 1, "failed": 1})
    );
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
    assert_eq!(all(&tenant, "contact").await.len(), 1);
    let rows = tenant.job_rows(&job).await;
    assert_eq!((rows.len(), &rows[3]["outcome"]), (4, &json!("failed")), "{rows:?}");
}

async fn finds_repeated_values_while_planning(server: Server) {
    let tenant = crm::tenant(&server).await;
    // The two stand far apart, so that no chunk sees both.
    let file = format!("{}Eve,P0@example.com\n", people(6_000));
    let job = tenant.load(json!({"object": "contact", "plan": true}), file).await;
    assert_eq!((&job["rows"]["failed"], &job["finds_repeats"]), (&json!(1), &json!(true)), "{job}");
    let failed = tenant.job_results(id(&job)).query("outcome", "failed").expect(200).await;
    assert!(failed.text().contains("not_unique") && failed.text().contains("\"row\":6001"), "{failed:?}");
}

async fn ends_where_it_is_when_it_is_canceled(server: Server) {
    let tenant = crm::tenant(&server).await;
    const ROWS: usize = 40_000;
    let job = tenant.begin_load(json!({"object": "contact"}), people(ROWS)).await;
    // Some rows are to be written first.
    loop {
        let now = tenant.job(&job).ok().await;
        if now["rows"]["done"].as_i64().unwrap() > 0 || now["state"] != "running" {
            break;
        }
    }
    let canceled = tenant.cancel_job(&job).await;
    if canceled.status() == 409 {
        return; // It was quicker than this test.
    }
    let position = canceled.position();
    let canceled = canceled.expect_status(200).into_json();
    assert_eq!(canceled["state"], "canceled", "{canceled}");
    let done = usize::try_from(canceled["rows"]["done"].as_u64().unwrap()).unwrap();
    assert!(done > 0 && done < ROWS, "{canceled}");
    assert_eq!(all(&tenant, "contact").await.len(), done, "what was written stands");
    assert_eq!(tenant.mark().await, position, "and nothing more comes");
    let rows = tenant.job_rows(&canceled).await;
    assert_eq!(rows.len(), ROWS, "every row is accounted for");
    assert_eq!(rows.iter().filter(|row| row["outcome"] == "succeeded").count(), done);
    let last = rows.last().unwrap();
    assert_eq!((&last["outcome"], &last["row"]), (&json!("unprocessed"), &json!(ROWS)));
    assert_eq!(last["raw"], format!("Person {0},p{0}@example.com", ROWS - 1));
}

async fn is_canceled_before_it_is_started(server: Server) {
    let tenant = crm::tenant(&server).await;
    let definition = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
    let id = tenant.create_job(&definition).expect(201).await.id();
    tenant.upload(&id, "data", 1).bytes("text/csv", "full_name\nAda\n").ok().await;
    assert_eq!(tenant.cancel_job(&id).ok().await["state"], "canceled");
    tenant.start_job(&id).await.expect_problem(409, "job_moved");
    assert!(all(&tenant, "contact").await.is_empty());
}
