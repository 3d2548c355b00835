//! Sends a demo to a server.
//!
//! Batches, not load jobs: what belongs to a company refers to it and to one another, and
//! is written with it or not at all. A scene is told from one that is not there by its
//! company's domain, which is unique: sending it again is refused, and does nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::basis::{Basis, Known};
use super::calendar::Day;
use super::generate::Scenes;
use super::progress::Progress;
use super::row::{History, Row};
use crate::client::Client;
use crate::exit::Failure;

/// The cursor that stands where a demo ends.
pub(crate) const CURSOR: &str = "demo";

/// Up to here duplicates are looked for at once: a scan compares each record with others.
const SCAN_MAX: u64 = 20_000;

/// How often a batch is sent that the server has no room for, and how long it waits
/// between.
const TRIES: u32 = 10;
const REST: Duration = Duration::from_secs(1);

/// What demo is wished for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// Records in all.
    pub(crate) size: u64,
    /// What they are made up from.
    pub(crate) seed: u64,
    /// The day that is taken for today; the server's when none is given.
    pub(crate) until: Option<Day>,
}

/// What was made.
#[derive(Debug)]
pub(crate) struct Filled {
    /// Records, by object.
    pub(crate) counts: BTreeMap<String, u64>,
    /// Records that were there.
    pub(crate) present: u64,
    /// The seed.
    pub(crate) seed: u64,
    /// The day that was taken for today.
    pub(crate) until: String,
    /// The position at which the demo ends.
    pub(crate) position: u64,
}

/// Fills the caller's tenant.
///
/// # Errors
/// When the server refuses, or does not answer; what was sent by then is there, and the
/// same call goes on from it.
pub(crate) async fn fill(client: &Client, wish: Wish, progress: &Progress) -> Result<Filled, Failure> {
    let (here, history) = look(client).await?;
    let today = today(wish.until, here)?;
    apply_template(client).await?;
    let mut filling = Filling { client, history, filled: Filled::new(wish.seed, today), dealt: 0, progress };
    let basis = Basis::new(wish.size, wish.seed, today);
    let known = filling.lay(&basis).await?;
    let mut scenes = Scenes::new(wish.size, wish.seed, today, &basis, &known);
    let mut batch = scenes.next_batch();
    while let Some(ready) = batch {
        // The next is made up while this one is written.
        let (sent, next) = tokio::join!(filling.send(ready), async { scenes.next_batch() });
        sent?;
        batch = next;
    }
    if wish.size <= SCAN_MAX {
        scan(client, "company").await?;
        scan(client, "contact").await?;
    }
    let filled = filling.filled;
    let here = client.get(&["changes"]).query("limit", 1).send().await?;
    let position = here["last_position"].as_u64().unwrap_or_default();
    let body = json!({ "position": position });
    client.call(reqwest::Method::PUT, &["cursors", CURSOR]).body(body).send().await?;
    Ok(Filled { position, ..filled })
}

/// The day that is taken for today.
fn today(until: Option<Day>, here: Option<Day>) -> Result<Day, Failure> {
    match (until, here) {
        (Some(until), Some(here)) if until > here => {
            Err(Failure::usage("--until is a day that has not come yet, by the server's clock"))
        }
        (until, here) => {
            until.or(here).ok_or_else(|| Failure::usage("the server says no date: give --until"))
        }
    }
}

/// The day at the server, and whether the token may say when records came to be.
async fn look(client: &Client) -> Result<(Option<Day>, History), Failure> {
    let response = client.get(&["whoami"]).respond().await.map_err(|error| client.unreachable(error))?;
    let date = response.headers().get("date").and_then(|value| Day::of_http(value.to_str().ok()?));
    let who = client.get(&["whoami"]).send().await?;
    let rights = who["rights"].as_array().into_iter().flatten();
    let history = match rights.into_iter().any(|right| right == "import") {
        true => History::Told,
        false => History::Untold,
    };
    Ok((date, history))
}

/// Brings the schema to where the template is, if it is not there.
async fn apply_template(client: &Client) -> Result<(), Failure> {
    let mut body = json!({ "template": "crm" });
    let plan = client.post(&["schema", "plan"], body.clone()).send().await?;
    if plan["steps"].as_array().is_some_and(|steps| !steps.is_empty()) {
        body["plan"] = plan["id"].clone();
        client.post(&["schema", "apply"], body).send().await?;
    }
    Ok(())
}

/// Looks for duplicates among an object's records.
async fn scan(client: &Client, object: &str) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let call = client.post(&["duplicates", "scan"], json!({ "object": object }));
        let page = call.query_if("cursor", cursor.take()).send().await?;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}

/// A demo on its way.
struct Filling<'f> {
    client: &'f Client,
    history: History,
    filled: Filled,
    dealt: u64,
    progress: &'f Progress,
}

impl Filling<'_> {
    /// Writes what all else refers to.
    async fn lay(&mut self, basis: &Basis) -> Result<Known, Failure> {
        let ids = self.upsert(basis.operations(), basis).await?;
        let (known, stages) = basis.known(&ids);
        let ids = self.upsert(stages, basis).await?;
        Ok(known.with_stages(&ids))
    }

    async fn upsert(&mut self, mut operations: Vec<Json>, basis: &Basis) -> Result<Vec<String>, Failure> {
        if self.history == History::Told {
            operations.iter_mut().for_each(|operation| operation["stamps"] = basis.stamps());
        }
        let answer = self.client.post(&["batch"], json!({ "operations": operations })).send().await?;
        let mut ids = Vec::new();
        for result in answer["results"].as_array().into_iter().flatten() {
            let object = result["object"].as_str().unwrap_or_default();
            self.count(object, result["status"] == 201);
            ids.push(result["id"].as_str().unwrap_or_default().to_owned());
        }
        Ok(ids)
    }

    /// Sends a batch of scenes; when it holds what is there already, scene by scene.
    async fn send(&mut self, batch: Vec<Vec<Row>>) -> Result<(), Failure> {
        let objects: Vec<&str> = batch.iter().flatten().map(|row| row.object).collect();
        let scenes: Vec<Vec<Json>> = batch.into_iter().map(|scene| self.operations(scene)).collect();
        if self.write(scenes.concat()).await? {
            objects.iter().for_each(|object| self.count(object, true));
            return Ok(());
        }
        for scene in scenes {
            let objects: Vec<String> = scene
                .iter()
                .map(|operation| operation["object"].as_str().unwrap_or_default().to_owned())
                .collect();
            let is_new = self.write(scene).await?;
            objects.iter().for_each(|object| self.count(object, is_new));
        }
        Ok(())
    }

    fn operations(&self, scene: Vec<Row>) -> Vec<Json> {
        scene.into_iter().map(|row| row.operation(self.history)).collect()
    }

    /// Writes all of these, or none: then they are there.
    async fn write(&self, operations: Vec<Json>) -> Result<bool, Failure> {
        let body = json!({ "operations": operations });
        let mut tries = 0;
        loop {
            tries += 1;
            match self.client.post(&["batch"], body.clone()).send().await {
                Ok(_) => return Ok(true),
                Err(Failure::Refused(problem)) if problem.code == "not_unique" => return Ok(false),
                Err(Failure::Refused(problem)) if problem.code == "overloaded" && tries < TRIES => {
                    tokio::time::sleep(REST).await;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    fn count(&mut self, object: &str, is_new: bool) {
        match is_new {
            true => *self.filled.counts.entry(object.to_owned()).or_default() += 1,
            false => self.filled.present += 1,
        }
        self.progress.set(self.dealt, self.dealt + 1);
        self.dealt += 1;
    }
}

impl Filled {
    fn new(seed: u64, today: Day) -> Self {
        Self { counts: BTreeMap::new(), present: 0, seed, until: today.text(), position: 0 }
    }
}
