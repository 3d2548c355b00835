//! Jobs, as programs use them: made, given their files, started, waited for.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use crate::client::{Client, text};
use crate::crm::Crm;
use crate::random::Random;
use crate::requests::CreateContacts;

/// Bytes of a part, about.
const PART_BYTES: usize = 4 * 1024 * 1024;

const HEADER: &str = "name,email,phone,title,company,city,country,score,amount,active,birthday,notes\r\n";

/// Files of contacts, each in its parts, made before anything is measured.
pub(crate) struct Contacts {
    /// The parts.
    pub(crate) parts: Vec<Vec<u8>>,
    /// How many there are.
    pub(crate) records: u64,
}

impl Contacts {
    /// So many that nobody has made before.
    pub(crate) fn new(crm: &Crm, records: u32) -> Result<Self> {
        let seed = Random::new(crm.next.load(std::sync::atomic::Ordering::Relaxed)).number();
        let mut creates = CreateContacts::new(crm, seed)?;
        let mut parts = vec![HEADER.as_bytes().to_vec()];
        for _ in 0..records {
            let row = creates.contact().csv(&crm.companies);
            match parts.last_mut() {
                Some(part) if part.len() + row.len() <= PART_BYTES => part.extend_from_slice(row.as_bytes()),
                _ => parts.push(row.into_bytes()),
            }
        }
        Ok(Self { parts, records: u64::from(records) })
    }
}

/// Loads contacts in one job; how long it took, from making the job to its end.
pub(crate) async fn load(client: &mut Client, contacts: &Contacts) -> Result<Duration> {
    let start = Instant::now();
    let asked = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
    let job = client.post("/v1/jobs", &asked).await?;
    let id = text(&job, "/id")?;
    for (number, part) in (1..).zip(&contacts.parts) {
        client.put(&format!("/v1/jobs/{id}/files/data/parts/{number}"), "text/csv", part).await?;
    }
    let job = finish(client, id).await?;
    let took = start.elapsed();
    ensure!(job["rows"]["created"] == contacts.records, "not every row was written: {job}");
    Ok(took)
}

/// What an export made.
pub(crate) struct Exported {
    /// How long it took, from making the job to its end.
    pub(crate) took: Duration,
    /// Its records.
    pub(crate) records: u64,
    /// The bytes of its files.
    pub(crate) bytes: u64,
    /// How long it took to read them all.
    pub(crate) reading: Duration,
}

/// Exports all contacts, and reads the files.
pub(crate) async fn export(client: &mut Client, format: &str) -> Result<Exported> {
    let asked = json!({"kind": "export", "objects": ["contact"], "format": format});
    let start = Instant::now();
    let job = client.post("/v1/jobs", &asked).await?;
    let id = text(&job, "/id")?;
    let job = finish(client, id).await?;
    let took = start.elapsed();
    let records = job["rows"]["done"].as_u64().context("a job does not say how many rows it has")?;
    let files = client.get(&format!("/v1/jobs/{id}/files")).await?;
    let files = files["data"].as_array().context("a page of files lacks `data`")?;
    let (mut bytes, start) = (0, Instant::now());
    for file in files.iter().filter(|file| file["direction"] == "output") {
        let name = text(file, "/file")?;
        bytes += client.count(&format!("/v1/jobs/{id}/files/{name}")).await?;
    }
    Ok(Exported { took, records, bytes, reading: start.elapsed() })
}

/// Starts a job and waits for its end; the job as it is then.
async fn finish(client: &mut Client, id: &str) -> Result<Json> {
    client.ask(&format!("/v1/jobs/{id}/start"), &json!({})).await?;
    loop {
        let job = client.get(&format!("/v1/jobs/{id}?wait=30s")).await?;
        match job["state"].as_str() {
            Some("running") => {}
            Some("done") => return Ok(job),
            _ => anyhow::bail!("the job has failed: {job}"),
        }
    }
}
