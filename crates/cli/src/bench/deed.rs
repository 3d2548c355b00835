//! The requests that a load is made of, and what their answers say.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::ground::Ground;
use super::mix::Mix;
use super::{contact, file};
use crate::client::{Call, Client};
use crate::random::Random;

/// Records of a page that is listed.
const PAGE: u32 = 50;

/// One kind of request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Deed {
    /// Makes a record.
    Create,
    /// Reads one by its id.
    Read,
    /// Changes one.
    Update,
    /// Lists a page.
    List,
    /// Loads a file of records, by a job.
    Load,
}

/// What a load sends.
#[derive(Clone, Debug)]
pub(super) enum Deeds {
    /// One kind.
    One(Deed),
    /// Several, by their weights.
    Mixed(Mix),
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// It was done.
    Done {
        /// How many records it was about; a page counts as one.
        records: u64,
        /// The position of a write.
        position: Option<u64>,
    },
    /// It was refused, or not answered: the code.
    Failed(String),
}

impl Deed {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::List, Self::Load];

    /// Its name, which is that of the workload that sends nothing else.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "creates",
            Self::Read => "reads",
            Self::Update => "updates",
            Self::List => "lists",
            Self::Load => "bulk",
        }
    }

    /// Sends one, and counts what it wrote.
    pub(super) async fn send(self, client: &Client, ground: &Ground, random: &mut Random) -> Answer {
        let object = ground.contact();
        match self {
            Self::Create => {
                let call = client.post(&["records", object], ground.next_contact(random));
                counted(read(call).await, &ground.created)
            }
            Self::Read => read(client.get(&["records", object, ground.some_record(random)])).await,
            Self::Update => counted(read(update(client, ground, random)).await, &ground.updated),
            Self::List => {
                let call = client.get(&["records", object]).query("limit", PAGE);
                let call = match random.percent(50) {
                    true => call.query("city", contact::city(random)),
                    false => call.query("order", "-updated_at"),
                };
                read(call).await
            }
            Self::Load => counted(file::load(client, ground, random).await, &ground.created),
        }
    }
}

fn update<'c>(client: &'c Client, ground: &Ground, random: &mut Random) -> Call<'c> {
    let path = ["records", ground.contact(), ground.some_record(random)];
    // No two are alike, or some would change nothing and write nothing.
    let notes = format!("Called again, for the {}th time.", ground.next_number());
    client.call(Method::PATCH, &path).body(json!({ "score": random.below(100), "notes": notes }))
}

/// Adds what was written to a count.
fn counted(answer: Answer, count: &AtomicU64) -> Answer {
    if let Answer::Done { records, .. } = answer {
        count.fetch_add(records, Ordering::Relaxed);
    }
    answer
}

impl Deeds {
    /// The next kind.
    pub(super) fn next(&self, random: &mut Random) -> Deed {
        match self {
            Self::One(deed) => *deed,
            Self::Mixed(mix) => mix.next(random),
        }
    }
}

/// Sends a request and reads its answer to the end.
async fn read(call: Call<'_>) -> Answer {
    let response = match call.respond().await {
        Ok(response) => response,
        Err(error) => return Answer::Failed(silence(&error).to_owned()),
    };
    let (status, headers) = (response.status(), response.headers());
    let position = headers.get("kith-position").and_then(|value| value.to_str().ok()?.parse().ok());
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return Answer::Failed(silence(&error).to_owned()),
    };
    if status.is_success() {
        return Answer::Done { records: 1, position };
    }
    let problem: Json = serde_json::from_slice(&body).unwrap_or_default();
    let code = problem["code"].as_str().map_or_else(|| format!("http_{}", status.as_u16()), str::to_owned);
    Answer::Failed(code)
}

/// What it is called when no answer came.
fn silence(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() { "no_answer_in_time" } else { "no_answer" }
}
