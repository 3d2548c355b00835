//! Consumers that follow the tenant across crashes: each keeps its position and goes on
//! from there, and never sees a gap or a repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value as Json;

use super::requests::{enter, read};
use super::site::Door;

/// How long to wait before a broken stream is opened again.
const PAUSE: Duration = Duration::from_millis(20);

/// Longer than the heart-beat of a stream.
const SILENCE: Duration = Duration::from_secs(20);

/// What a consumer saw, in the order in which it saw it.
pub(super) struct Transcript {
    start: i64,
    pub(super) transactions: Vec<Json>,
}

impl Transcript {
    fn new(start: i64) -> Self {
        Self { start, transactions: Vec::new() }
    }

    pub(super) fn position(&self) -> i64 {
        self.transactions.last().map_or(self.start, |last| last["position"].as_i64().unwrap())
    }

    fn take(&mut self, transaction: Json) {
        assert_eq!(transaction["first_position"], self.position() + 1, "a gap or a repeat: {transaction}");
        let changes = transaction["changes"].as_array().unwrap();
        let count = i64::try_from(changes.len()).unwrap();
        assert_eq!(transaction["position"], self.position() + count, "half a transaction: {transaction}");
        self.transactions.push(transaction);
    }

    /// Whether everything was seen: the writers have ended, and the end was passed.
    fn is_whole(&self, over: &AtomicBool) -> bool {
        let last = self.transactions.last().map(|last| &last["changes"][0]["fields"]["name"]["new"]);
        over.load(Ordering::Relaxed) && last.is_some_and(|name| name == "the last one")
    }
}

/// Follows by server-sent events, resuming with `Last-Event-ID`.
pub(super) async fn stream(mut door: Door, over: Arc<AtomicBool>, start: i64) -> Transcript {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut seen = Transcript::new(start);
    let mut id = start.to_string();
    while !seen.is_whole(&over) {
        let tenant = enter(&mut door).await;
        let request = http
            .get(format!("{}/v1/changes", tenant.caller().url()))
            .bearer_auth(tenant.caller().token().unwrap_or_default())
            .header("accept", "text/event-stream")
            .header("last-event-id", &id);
        if let Ok(mut answer) = request.send().await
            && answer.status() == 200
        {
            let mut text = String::new();
            while !seen.is_whole(&over) {
                let Ok(Ok(Some(chunk))) = tokio::time::timeout(SILENCE, answer.chunk()).await else { break };
                text.push_str(std::str::from_utf8(&chunk).expect("events are text"));
                take_events(&mut text, &mut seen, &mut id);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    seen
}

/// Takes the whole events out of what has come in; half of one stays.
fn take_events(text: &mut String, seen: &mut Transcript, id: &mut String) {
    while let Some(end) = text.find("\n\n") {
        let block: String = text.drain(..end + 2).collect();
        let member = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        match (member("event: "), member("data: ")) {
            (Some("transaction"), Some(data)) => {
                seen.take(serde_json::from_str(data).expect("an event's data are JSON"));
                member("id: ").expect("an event has an id").clone_into(id);
            }
            // A stream whose database is gone says so, and ends.
            (Some("error"), Some(data)) => {
                let problem: Json = serde_json::from_str(data).expect("an error's data are JSON");
                assert_eq!(problem["status"], 503, "{problem}");
            }
            _ => {}
        }
    }
}

/// Follows by long poll.
pub(super) async fn poll(mut door: Door, over: Arc<AtomicBool>, start: i64) -> Transcript {
    let mut seen = Transcript::new(start);
    let mut after = start;
    while !seen.is_whole(&over) {
        let page = read(&mut door, &format!("/v1/changes?after={after}&wait=2s&limit=200")).await;
        assert_eq!(page.status(), 200, "{page:?}");
        for transaction in page.data() {
            seen.take(transaction.clone());
        }
        after = page.json()["position"].as_i64().unwrap();
        assert_eq!(after, seen.position(), "without a filter, a page ends with its last transaction");
    }
    seen
}
