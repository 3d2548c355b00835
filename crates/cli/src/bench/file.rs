//! Loading a file: a job that is made, sent, started, waited for, and forgotten.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::contact;
use super::deed::Answer;
use super::ground::Ground;
use crate::client::Client;
use crate::exit::Failure;
use crate::random::Random;

/// How long one request waits for a job.
const WAIT: &str = "30s";

/// Loads a file of contacts, and sees to it that all of them are there.
pub(super) async fn load(client: &Client, ground: &Ground, random: &mut Random) -> Answer {
    let mut text = contact::CSV_HEADER.to_owned();
    for _ in 0..ground.rows() {
        contact::csv(&ground.next_contact(random), &mut text);
    }
    let job = json!({ "kind": "load", "object": ground.contact(), "format": "csv" });
    let id = match client.post(&["jobs"], job).send().await {
        Ok(job) => job["id"].as_str().unwrap_or_default().to_owned(),
        Err(failure) => return Answer::Failed(code(&failure)),
    };
    let answer = match run(client, &id, text).await {
        Ok(job) if job["rows"]["created"] == ground.rows() => {
            Answer::Done { records: ground.rows(), position: job["position"].as_u64() }
        }
        Ok(job) => Answer::Failed(format!("job_{}", job["state"].as_str().unwrap_or("lost"))),
        Err(failure) => Answer::Failed(code(&failure)),
    };
    forget(client, &id).await;
    answer
}

/// Sends the file, and waits until the job has ended.
async fn run(client: &Client, id: &str, text: String) -> Result<Json, Failure> {
    let part = client.call(Method::PUT, &["jobs", id, "files", "data", "parts", "1"]);
    part.content("text/csv", text).send().await?;
    let mut job = client.call(Method::POST, &["jobs", id, "start"]).send().await?;
    while job["state"] == "running" {
        job = client.get(&["jobs", id]).query("wait", WAIT).send().await?;
    }
    Ok(job)
}

/// Ends a job, if it has not, and removes it with its files; what cannot be removed goes
/// with its tenant's other old jobs.
pub(super) async fn forget(client: &Client, id: &str) {
    let deleted = client.delete(&["jobs", id]).send().await;
    if deleted.is_err() && client.call(Method::POST, &["jobs", id, "cancel"]).send().await.is_ok() {
        let _ = client.delete(&["jobs", id]).send().await;
    }
}

fn code(failure: &Failure) -> String {
    match failure {
        Failure::Refused(problem) => problem.code.clone(),
        _ => "no_answer".to_owned(),
    }
}
