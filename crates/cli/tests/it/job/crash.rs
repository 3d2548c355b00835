//! Loads whose server is killed, again and again, until they have come to their end.

use std::collections::HashSet;
use std::time::Duration;

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use super::id;
use crate::crash::site::Site;
use crate::crm;
use crate::dice::{Dice, setting};
use crate::tasks::all;

each_db!(writes_each_row_once_however_often_it_is_killed, goes_on_though_nobody_asks);

const ROWS: usize = 12_000;
const ROUNDS: u64 = 6;

/// Rows of which every hundredth is refused.
fn people() -> String {
    let mut file = String::from("full_name,email\n");
    for number in 0..ROWS {
        let email = if number % 100 == 99 { "nobody".to_owned() } else { format!("p{number}@example.com") };
        file.push_str(&format!("Person {number},{email}\n"));
    }
    file
}

/// The job at its end, whatever the server did meanwhile.
async fn ended(tenant: &Tenant, job: &str) -> Json {
    loop {
        let asked = tenant.job(job).query("wait", "20s").may_fail().try_send().await;
        if let Ok(answer) = asked
            && answer.status() == 200
            && !matches!(answer.json()["state"].as_str(), Some("open" | "running"))
        {
            return answer.into_json();
        }
    }
}

async fn writes_each_row_once_however_often_it_is_killed(server: Server) {
    server.stop().await;
    let mut site = Site::open(server.database().engine()).await;
    let tenant = site.now();
    crm::define(&tenant).await;
    let mark = tenant.mark().await;
    let job = tenant.begin_load(json!({"object": "contact"}), people()).await;
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    for _ in 0..setting("KITH_CRASH_ROUNDS", ROUNDS) {
        let life = u64::try_from(20 + dice.below(300)).unwrap();
        tokio::time::sleep(Duration::from_millis(life)).await;
        site.crash(&mut dice).await;
    }
    let tenant = site.now();
    let job = ended(&tenant, &job).await;
    assert_eq!((&job["state"], &job["rows"]["done"]), (&json!("done"), &json!(ROWS)), "{job}");
    audit(&tenant, &job, mark).await;
}

/// Every row is there once, its result with it, and so is everything in the journal.
async fn audit(tenant: &Tenant, job: &Json, mark: i64) {
    let refused = ROWS / 100;
    let written = ROWS - refused;
    assert_eq!(
        (&job["rows"]["created"], &job["rows"]["failed"]),
        (&json!(written), &json!(refused)),
        "{job}"
    );
    let records = all(tenant, "contact").await;
    assert_eq!(records.len(), written);
    let names: HashSet<&str> = records.iter().map(|record| record["full_name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), written, "no row is there twice");
    let ids: HashSet<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    let rows = tenant.job_rows(job).await;
    assert_eq!(rows.len(), ROWS, "every row has its result");
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row["row"], json!(index + 1));
        match row["outcome"].as_str() {
            Some("succeeded") => assert!(ids.contains(row["id"].as_str().unwrap()), "{row}"),
            _ => assert_eq!((index % 100, &row["outcome"]), (99, &json!("failed")), "{row}"),
        }
    }
    let mut created = 0;
    for transaction in tenant.transactions(mark).await {
        let changes = transaction["changes"].as_array().unwrap();
        created += changes.iter().filter(|change| change["type"] == "record.created").count();
    }
    assert_eq!(created, written, "every record is in the journal, and once");
    let ended =
        tenant.transactions(mark).await.into_iter().filter(|one| one.to_string().contains("job.ended"));
    assert_eq!(ended.count(), 1, "it ended once");
    tenant.verify().await;
    assert!(!id(job).is_empty());
}

async fn goes_on_though_nobody_asks(server: Server) {
    server.stop().await;
    let mut site = Site::open(server.database().engine()).await;
    let tenant = site.now();
    crm::define(&tenant).await;
    let mark = tenant.mark().await;
    let job = tenant.begin_load(json!({"object": "contact"}), people()).await;
    site.crash(&mut Dice::new(1)).await;
    // Nobody speaks of the job: only the journal is followed, by a reader that asks nothing
    // of it.
    let tenant = site.now();
    let mut after = mark;
    'following: loop {
        let asked = tenant.changes(after).query("wait", "20s").may_fail().try_send().await;
        let Ok(page) = asked else { continue };
        if page.status() != 200 {
            continue;
        }
        for transaction in page.data() {
            if transaction["changes"][0]["type"] == "job.ended" {
                break 'following;
            }
        }
        after = page.json()["position"].as_i64().unwrap();
    }
    audit(&tenant, &ended(&tenant, &job).await, mark).await;
}
