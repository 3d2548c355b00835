//! What others see of a load: their own writes go on, and the journal has all of it.

use std::time::{Duration, Instant};

use kith_testing::{Server, each_db};
use serde_json::{Value as Json, json};

use super::id;
use crate::crm;

each_db!(answers_others_while_it_runs, is_in_the_journal, works_for_whoever_asked);

const ROWS: usize = 20_000;

fn people(count: usize) -> String {
    let mut file = String::from("full_name,email,stage\n");
    (0..count).for_each(|number| file.push_str(&format!("Person {number},p{number}@example.com,lead\n")));
    file
}

async fn answers_others_while_it_runs(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = tenant.begin_load(json!({"object": "contact"}), people(ROWS)).await;
    let mut slowest = Duration::ZERO;
    let mut written = 0;
    while tenant.job(&job).ok().await["state"] == "running" {
        let began = Instant::now();
        tenant.make("deal", json!({"seats": written})).await;
        slowest = slowest.max(began.elapsed());
        written += 1;
    }
    let job = tenant.job_ended(&job).await;
    assert_eq!(job["rows"]["created"], ROWS, "{job}");
    assert!(written > 0, "the load was over before anything was written beside it");
    // What CI's machines may do on top is not ours to say: this only tells waiting from working.
    assert!(slowest < Duration::from_secs(3), "a write waited for {slowest:?}");
}

async fn is_in_the_journal(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let job = tenant.load(json!({"object": "contact"}), format!("{}Bad,bad,\n", people(3_000))).await;
    let transactions = tenant.transactions(mark).await;
    let first = &transactions[0]["changes"][0];
    assert_eq!(first["type"], "job.created", "{first}");
    assert!(first.to_string().contains(id(&job)) && first.to_string().contains("contact"), "{first}");
    let last = &transactions.last().unwrap()["changes"][0];
    assert_eq!(last["type"], "job.ended", "{last}");
    assert!(last.to_string().contains("\"failed\":1"), "its counts are there: {last}");
    assert!(!last.to_string().contains("bad"), "and no data: {last}");
    let mut created = 0;
    for transaction in &transactions[1..transactions.len() - 1] {
        assert_eq!(
            (&transaction["origin"], &transaction["job"]),
            (&json!("bulk"), &job["id"]),
            "{}",
            transaction["position"]
        );
        let changes = transaction["changes"].as_array().unwrap();
        created += changes.iter().filter(|change| change["type"] == "record.created").count();
    }
    assert_eq!(created, 3_000);
    let record = super::by(&tenant, "contact", "full_name", "Person 17").await;
    let contact = record["id"].as_str().unwrap();
    let shown = tenant.get("contact", contact).query("provenance", true).ok().await;
    let provenance = &shown["provenance"]["email"];
    assert_eq!((&provenance["origin"], &provenance["job"]), (&json!("bulk"), &job["id"]), "{shown}");
    assert_eq!(provenance["actor"], job["created_by"]);
}

async fn works_for_whoever_asked(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (_, importer) = tenant.another_token("importer").await;
    let me = importer.caller().get("/v1/whoami").ok().await["actor"].clone();
    let job = importer.load(json!({"object": "contact"}), people(10)).await;
    assert_eq!(job["created_by"], me);
    let record: Json = super::by(&tenant, "contact", "full_name", "Person 3").await;
    assert_eq!((&record["created_by"], &record["owner"]), (&me, &me));
}
