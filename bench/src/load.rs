//! Load over HTTP, in two forms: *closed*, where each connection sends as soon as it
//! was answered, finds the most that goes through; *open*, where requests are due at
//! fixed times whether or not the ones before were answered, finds how long they take.

mod closed;
mod effort;
mod open;

pub(crate) use closed::closed;
pub(crate) use effort::Effort;
pub(crate) use open::open;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use crate::http::Answer;
use crate::latency::Latency;

/// How much longer than planned a load may take before it is given up.
const GRACE: Duration = Duration::from_secs(60);

/// What one connection sends.
pub(crate) trait Requests: Send + 'static {
    /// The bytes of the next request.
    fn next(&mut self) -> &[u8];

    /// The status that every answer has.
    fn status(&self) -> u16;

    /// Sees an answer: when the request was due, and when the answer was there.
    ///
    /// # Errors
    /// When it is not what was expected.
    fn answered(&mut self, _answer: &Answer<'_>, _due: Instant, _now: Instant) -> Result<()> {
        Ok(())
    }
}

/// What a load found.
pub(crate) struct Outcome<R> {
    /// Answers in the time that counts.
    pub(crate) done: u64,
    /// Answers with those of the warm-up.
    pub(crate) answered: u64,
    /// The time that counts.
    pub(crate) time: Duration,
    /// How long each took.
    pub(crate) latency: Latency,
    /// What the connections sent from, with what they noted.
    pub(crate) requests: Vec<R>,
}

impl<R> Outcome<R> {
    /// Answers a second, where each stands for so many deeds.
    pub(crate) fn rate(&self, deeds: u64) -> u64 {
        per_second(self.done.saturating_mul(deeds), self.time)
    }
}

/// So many in that time, as a rate.
pub(crate) fn per_second(count: u64, time: Duration) -> u64 {
    let micros = u128::max(time.as_micros(), 1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// What one connection found.
struct Part<R> {
    done: u64,
    answered: u64,
    latency: Latency,
    last: Instant,
    requests: R,
}

/// Waits for all connections; the first that fails ends the rest.
async fn gather<R: Requests>(mut parts: JoinSet<Result<Part<R>>>, planned: Duration) -> Result<Gathered<R>> {
    let mut gathered = Gathered {
        done: 0,
        answered: 0,
        latency: Latency::new()?,
        last: Instant::now(),
        requests: Vec::new(),
    };
    let all = async {
        while let Some(part) = parts.join_next().await {
            let Part { done, answered, latency, last, requests } = part.context("a connection's task")??;
            gathered.done += done;
            gathered.answered += answered;
            gathered.latency.add(&latency)?;
            gathered.last = gathered.last.max(last);
            gathered.requests.push(requests);
        }
        Ok::<(), anyhow::Error>(())
    };
    tokio::time::timeout(planned + GRACE, all).await.context("kith does not keep up at all")??;
    Ok(gathered)
}

struct Gathered<R> {
    done: u64,
    answered: u64,
    latency: Latency,
    last: Instant,
    requests: Vec<R>,
}
