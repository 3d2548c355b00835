//! Imports whose server is killed, again and again, until they have come to their end.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use super::{apply_crm, mapping, prepare};
use crate::crash::site::Site;
use crate::dice::{Dice, setting};
use crate::tasks::all;

each_db!(brings_each_row_in_once_however_often_it_is_killed);

const FIRMS: usize = 4_000;
const ROUNDS: u64 = 5;

const MAPPING: &str = "
system: test
files:
  - file: firms.csv
    object: company
    id: id
    fields: {name: id, parent: {column: parent, lookup: {source: firms}}}
  - file: people.csv
    object: contact
    id: id
    fields: {last_name: id, company: {column: firm, lookup: {source: firms}}}
";

/// Every firm but the last belongs to the one after it, which is not there yet.
fn firms() -> String {
    let mut file = String::from("id,parent\n");
    for number in 0..FIRMS {
        let parent = if number + 1 < FIRMS { format!("f{}", number + 1) } else { String::new() };
        let _ = writeln!(file, "f{number},{parent}");
    }
    file
}

fn people() -> String {
    let mut file = String::from("id,firm\n");
    for number in 0..FIRMS {
        let _ = writeln!(file, "p{number},f{}", number * 7 % FIRMS);
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

async fn brings_each_row_in_once_however_often_it_is_killed(server: Server) {
    server.stop().await;
    let mut site = Site::open(server.database().engine()).await;
    let tenant = site.now();
    apply_crm(&tenant).await;
    let files = [("firms.csv", firms().into_bytes()), ("people.csv", people().into_bytes())];
    let job = prepare(&tenant, json!({"mapping": mapping(MAPPING)}), &files).await;
    tenant.start_job(&job).ok().await;
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    for _ in 0..setting("KITH_CRASH_ROUNDS", ROUNDS) {
        let life = u64::try_from(50 + dice.below(400)).unwrap();
        tokio::time::sleep(Duration::from_millis(life)).await;
        site.crash(&mut dice).await;
    }
    let tenant = site.now();
    let job = ended(&tenant, &job).await;
    assert_eq!((&job["state"], &job["rows"]["failed"]), (&json!("done"), &json!(0)), "{job}");
    assert_eq!(
        (&job["rows"]["done"], &job["rows"]["created"]),
        (&json!(2 * FIRMS), &json!(2 * FIRMS)),
        "{job}"
    );
    let firms = all(&tenant, "company").await;
    let names: HashSet<&str> = firms.iter().map(|firm| firm["name"].as_str().unwrap()).collect();
    assert_eq!((firms.len(), names.len()), (FIRMS, FIRMS));
    assert_eq!(firms.iter().filter(|firm| firm["parent"].is_null()).count(), 1);
    let people = all(&tenant, "contact").await;
    assert_eq!(people.len(), FIRMS);
    assert!(people.iter().all(|person| person["company"].is_string()));
    assert_eq!(all(&tenant, "id_map").await.len(), 2 * FIRMS);
    tenant.verify().await;
}
