//! The ground that a benchmark works on: two objects of its own, made at its beginning
//! and dropped at its end.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::contact::{self, DESCRIPTION};
use super::file;
use super::stop::Stop;
use crate::client::Client;
use crate::exit::Failure;
use crate::output::Output;
use crate::random::Random;

/// What the names of its objects begin with.
const PREFIX: &str = "bench_";

/// The tenant that an administrator works in who names none.
const TENANT: &str = "bench";

/// Companies that its contacts belong to.
const COMPANIES: usize = 200;

/// Records that are made by one request before anything is measured.
const BATCH: u64 = 1_000;

/// Names that are tried before it is given up to find one that is free.
const TRIES: u32 = 100;

/// Objects of its own in a tenant.
#[derive(Debug)]
pub(super) struct Ground {
    client: Client,
    company: String,
    contact: String,
    companies: OnceLock<Vec<String>>,
    records: OnceLock<Vec<String>>,
    next: AtomicU64,
    rows: u64,
    /// Records that were made, as far as the server said so.
    pub(super) created: AtomicU64,
    /// Changes of records, as far as the server said so.
    pub(super) updated: AtomicU64,
}

/// The caller within the tenant to work in.
///
/// # Errors
/// When the server does not know the token, or the tenant cannot be made.
pub(super) async fn client(caller: &Client) -> Result<Client, Failure> {
    let who = caller.get(&["whoami"]).send().await?;
    if let Some(tenant) = who["tenant"].as_str() {
        return Ok(caller.within(tenant));
    }
    match caller.post(&["tenants"], json!({ "name": TENANT })).send().await {
        Ok(_) => {}
        Err(Failure::Refused(problem)) if problem.code == "already_exists" => {}
        Err(failure) => return Err(failure),
    }
    Ok(caller.within(TENANT))
}

/// Drops what runs that were killed have left.
///
/// # Errors
/// When the server refuses.
pub(super) async fn clean(client: &Client, output: Output) -> Result<(), Failure> {
    let schema = client.get(&["schema"]).send().await?;
    let mut names: Vec<&str> = Vec::new();
    for object in schema["objects"].as_array().into_iter().flatten() {
        let name = object["name"].as_str().unwrap_or_default();
        if name.starts_with(PREFIX) && object["description"] == DESCRIPTION {
            names.push(name);
        }
    }
    forget_jobs(client, &names).await?;
    for company in names.iter().filter(|name| name.ends_with("company")) {
        drop_field(client, company).await?;
    }
    for contact in names.iter().filter(|name| name.ends_with("contact")) {
        drop_object(client, contact).await?;
    }
    for company in names.iter().filter(|name| name.ends_with("company")) {
        drop_object(client, company).await?;
    }
    output.done(&format!("dropped {} objects", names.len()), &json!({ "dropped": names }))
}

/// Ends and removes the jobs that load into these objects.
async fn forget_jobs(client: &Client, objects: &[&str]) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let page = client.get(&["jobs"]).query_if("cursor", cursor.take()).send().await?;
        for job in page["data"].as_array().into_iter().flatten() {
            if objects.iter().any(|object| job["object"] == *object) {
                file::forget(client, job["id"].as_str().unwrap_or_default()).await;
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}

impl Ground {
    /// Makes the objects, under a name that is free.
    ///
    /// # Errors
    /// When the server refuses; nothing is left then.
    pub(super) async fn make(client: Client, rows: u64) -> Result<Self, Failure> {
        let first = std::process::id();
        for number in first..first.saturating_add(TRIES) {
            let name = format!("{PREFIX}{number}_company");
            match client.post(&["schema", "objects"], contact::company_object(&name)).send().await {
                Ok(_) => {}
                Err(Failure::Refused(problem)) if problem.code == "already_exists" => continue,
                Err(failure) => return Err(failure),
            }
            let ground = Self::named(client, name, format!("{PREFIX}{number}_contact"), rows);
            if let Err(failure) = ground.furnish().await {
                // The first failure is the one to tell.
                let _ = ground.clear().await;
                return Err(failure);
            }
            return Ok(ground);
        }
        Err(Failure::usage("many benchmarks have left their objects: `kith bench --clean` drops them"))
    }

    fn named(client: Client, company: String, contact: String, rows: u64) -> Self {
        Self {
            client,
            company,
            contact,
            companies: OnceLock::new(),
            records: OnceLock::new(),
            next: AtomicU64::new(0),
            rows,
            created: AtomicU64::new(0),
            updated: AtomicU64::new(0),
        }
    }

    /// The contact, the field that counts it, and the companies.
    async fn furnish(&self) -> Result<(), Failure> {
        let contact = contact::contact_object(&self.contact, &self.company);
        self.client.post(&["schema", "objects"], contact).send().await?;
        let fields = ["schema", "objects", self.company.as_str(), "fields"];
        self.client.post(&fields, contact::count_field(&self.contact)).send().await?;
        let create = |number| {
            let record = json!({ "name": format!("Company {number}") });
            json!({ "op": "create", "object": self.company, "record": record })
        };
        let companies: Vec<Json> = (0..COMPANIES).map(create).collect();
        let ids = self.batch(companies).await?;
        // It is furnished once.
        let _ = self.companies.set(ids);
        Ok(())
    }

    /// Makes records to be read and changed.
    ///
    /// # Errors
    /// When the server refuses them.
    pub(super) async fn fill(&self, count: u64, stop: &Stop) -> Result<(), Failure> {
        let (mut ids, mut random) = (Vec::new(), Random::new(count));
        let mut left = count;
        while left > 0 && !stop.is_asked() {
            let operations = self.operations(left.min(BATCH), &mut random);
            ids.extend(self.batch(operations).await?);
            left = left.saturating_sub(BATCH);
        }
        // It is filled once.
        let _ = self.records.set(ids);
        Ok(())
    }

    async fn batch(&self, operations: Vec<Json>) -> Result<Vec<String>, Failure> {
        let count = u64::try_from(operations.len()).unwrap_or_default();
        let answer = self.client.post(&["batch"], json!({ "operations": operations })).send().await?;
        self.created.fetch_add(count, Ordering::Relaxed);
        let results = answer["results"].as_array().into_iter().flatten();
        Ok(results.filter_map(|result| result["id"].as_str().map(str::to_owned)).collect())
    }

    fn operations(&self, count: u64, random: &mut Random) -> Vec<Json> {
        let create =
            |_| json!({ "op": "create", "object": self.contact, "record": self.next_contact(random) });
        (0..count).map(create).collect()
    }

    /// Drops everything that was made; only the journal keeps that it was there.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn clear(&self) -> Result<(), Failure> {
        drop_field(&self.client, &self.company).await?;
        drop_object(&self.client, &self.contact).await?;
        drop_object(&self.client, &self.company).await
    }

    /// The caller within the tenant.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The object whose records are written.
    pub(super) fn contact(&self) -> &str {
        &self.contact
    }

    /// A number that no one had before.
    pub(super) fn next_number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A record that there is not yet.
    pub(super) fn next_contact(&self, random: &mut Random) -> Json {
        let company = one_of(&self.companies, random);
        contact::contact(self.next_number(), company, random)
    }

    /// Rows of a file that is loaded.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// One of the records that there are.
    pub(super) fn some_record(&self, random: &mut Random) -> &str {
        one_of(&self.records, random)
    }
}

fn one_of<'l>(ids: &'l OnceLock<Vec<String>>, random: &mut Random) -> &'l str {
    let ids = ids.get().map_or(&[][..], Vec::as_slice);
    ids.get(random.index(ids.len())).map_or("", String::as_str)
}

/// Drops the field of a company that holds the contact.
async fn drop_field(client: &Client, company: &str) -> Result<(), Failure> {
    let path = ["schema", "objects", company, "fields", "contacts"];
    gone(client.call(Method::DELETE, &path).query("hard", true).send().await)
}

async fn drop_object(client: &Client, object: &str) -> Result<(), Failure> {
    let call = client.delete(&["schema", "objects", object]);
    gone(call.query("hard", true).query("with_records", true).send().await)
}

/// What is not there is gone.
fn gone(answer: Result<Json, Failure>) -> Result<(), Failure> {
    match answer {
        Err(Failure::Refused(problem)) if problem.status == 404 => Ok(()),
        answer => answer.map(|_| ()),
    }
}
