//! Lag: how long after the writer's answer a client that follows the stream has the event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::deed::{Deed, Deeds};
use super::ground::Ground;
use super::load::{self, Measured, Pace};
use super::stop::Stop;
use super::tally::Tally;
use crate::client::Client;
use crate::exit::Failure;

/// How long is waited for the last events.
const LAST: Duration = Duration::from_secs(10);

/// When which event arrived.
type Arrivals = Arc<Mutex<HashMap<u64, Instant>>>;

/// Writes at a fixed rate, and follows.
///
/// # Errors
/// When the stream cannot be opened.
pub(super) async fn measure(ground: &Arc<Ground>, pace: Pace, stop: &Stop) -> Result<Measured, Failure> {
    let arrivals = Arrivals::default();
    let (tell, mut told) = watch::channel(0);
    let stream = open(&ground.client().alone()?, ground.contact()).await?;
    let following = tokio::spawn(follow(stream, Arc::clone(&arrivals), tell));
    let loaded = load::run(ground, &Deeds::One(Deed::Create), pace, stop, Some(Vec::new())).await;
    let measured = match loaded {
        Ok(measured) => {
            let last = measured.writes.iter().map(|(position, _)| *position).max().unwrap_or_default();
            // What has not come by then counts as missing.
            let _ = tokio::time::timeout(LAST, told.wait_for(|position| *position >= last)).await;
            compare(measured, &arrivals)
        }
        Err(failure) => Err(failure),
    };
    following.abort();
    measured
}

/// The stream of an object's changes, from the present on.
async fn open(client: &Client, object: &str) -> Result<reqwest::Response, Failure> {
    let here = client.get(&["changes"]).query("after", 0).query("limit", 1).send().await?;
    let call = client.get(&["changes"]).query("after", &here["last_position"]).query("object", object);
    let response = call.header_if("Accept", Some("text/event-stream")).respond().await;
    let response = response.and_then(reqwest::Response::error_for_status);
    response.map_err(|error| {
        Failure::Unreachable(anyhow::Error::new(error).context("the stream cannot be opened"))
    })
}

/// Notes when each event arrives, until the stream ends.
async fn follow(mut stream: reqwest::Response, arrivals: Arrivals, tell: watch::Sender<u64>) {
    let mut line: Vec<u8> = Vec::new();
    while let Ok(Some(bytes)) = stream.chunk().await {
        let now = Instant::now();
        for byte in bytes {
            if byte != b'\n' {
                line.push(byte);
                continue;
            }
            if let Some(position) = position(&line) {
                arrivals.lock().unwrap_or_else(PoisonError::into_inner).insert(position, now);
                tell.send_replace(position);
            }
            line.clear();
        }
    }
}

/// The position in the line with an event's id.
fn position(line: &[u8]) -> Option<u64> {
    let id = std::str::from_utf8(line.strip_prefix(b"id:")?).ok()?;
    id.trim().split(':').next()?.parse().ok()
}

/// The same load, with the lag of its events in place of the times of its requests.
fn compare(measured: Measured, arrivals: &Arrivals) -> Result<Measured, Failure> {
    let arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tally = Tally::new()?;
    for (code, count) in measured.tally.errors() {
        (0..*count).for_each(|_| tally.failed(code.clone()));
    }
    for (position, answered) in &measured.writes {
        match arrivals.get(position) {
            // An event may be there before the answer.
            Some(arrived) => tally.done(arrived.saturating_duration_since(*answered), 1),
            None => tally.failed("no_event".to_owned()),
        }
    }
    Ok(Measured { tally, kinds: Vec::new(), ..measured })
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn reads_the_position() {
        assert_eq!(position(b"id: 4:history_x"), Some(4));
        assert_eq!(position(b"data: {\"id\": 4}"), None);
        assert_eq!(position(b": still here"), None);
    }
}
