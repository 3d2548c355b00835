//! A real export of another CRM: the duplicates that are known to be in it are found, and
//! slips of the hand as well. The data are not ours, so they lie beside the project; without
//! them the test says so and ends.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kith_testing::{Server, each_db, field, object};
use serde_json::{Value as Json, json};

use super::{pairs, scan};
use crate::report::report;

each_db!(finds_the_known_duplicates_of_an_export);

async fn finds_the_known_duplicates_of_an_export(server: Server) {
    let (Some(accounts), Some(contacts)) = (read("Account.csv"), read("Contact.csv")) else {
        report("SKIPPED: there is no ../shared/data/salesforce-export beside the project");
        return;
    };
    let tenant = server.tenant().await;
    for name in ["account", "contact"] {
        tenant.define(object(name).field(field::text("name")).field(field::email("email"))).await;
    }
    let rule = |on: Json| json!({"name": "rule", "on": on});
    for (object, rows, on) in [
        ("account", &accounts, json!([{"field": "name", "how": "normalized"}])),
        ("contact", &contacts, json!([{"field": "name", "how": "similar", "at_least": 90}])),
    ] {
        let operations: Vec<Json> = rows
            .iter()
            .map(|(name, _)| json!({"op": "create", "object": object, "record": {"name": name}}))
            .collect();
        tenant.batch(Json::Array(operations)).ok().await;
        let path = format!("/v1/schema/objects/{object}/matching");
        tenant.caller().call(reqwest::Method::POST, &path).json(&rule(on)).created().await;
        assert_eq!(scan(&tenant, object).await, rows.len() as u64);
    }
    // 47 accounts are there twice, and nothing else has the same name.
    assert_eq!(pairs(&tenant, "account", "open").await.len(), 47);
    let found = pairs(&tenant, "contact", "open").await;
    let certain = found.iter().filter(|pair| pair["score"] == 100).count();
    assert_eq!(certain, 32, "every contact is there twice");
    // Bumble and Biggum, Sampson and Sanders are not taken for one another.
    assert!(found.len() < 60, "{} pairs of 64 contacts", found.len());
    finds_slips(&tenant, &contacts).await;
}

/// Each name with one letter left out is recognised as what it was.
async fn finds_slips(tenant: &kith_testing::Tenant, contacts: &[(String, String)]) {
    let names: BTreeSet<&str> = contacts.iter().map(|(name, _)| name.as_str()).collect();
    let (mut asked, mut found) = (0, 0);
    for name in names {
        for index in [1, 3, name.chars().count() - 2] {
            let slip: String = name
                .chars()
                .enumerate()
                .filter(|(place, _)| *place != index)
                .map(|(_, letter)| letter)
                .collect();
            let call = tenant.caller().call(reqwest::Method::POST, "/v1/records/contact/duplicates");
            let answer = call.json(&json!({"name": slip})).ok().await;
            let likely = answer["data"].as_array().unwrap();
            asked += 1;
            found += i32::from(likely.iter().any(|each| each["record"]["name"] == *name));
        }
    }
    assert!(found * 100 >= asked * 95, "{found} of {asked} slips are recognised");
}

/// Name and e-mail address of each row.
fn read(file: &str) -> Option<Vec<(String, String)>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/salesforce-export");
    let text = std::fs::read_to_string(folder.join(file)).ok()?;
    let mut rows = records(text.trim_start_matches('\u{feff}')).into_iter();
    let heading = rows.next()?;
    let column = |name: &str| heading.iter().position(|each| each == name);
    let (name, email) = (column("Name")?, column("Email"));
    let cell = |row: &[String], column: Option<usize>| {
        column.and_then(|column| row.get(column)).cloned().unwrap_or_default()
    };
    Some(rows.map(|row| (cell(&row, Some(name)), cell(&row, email))).collect())
}

/// The records of a CSV text, quoted line ends included.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut row));
            }
            '\r' if !is_quoted => {}
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        records.push(row);
    }
    records
}
