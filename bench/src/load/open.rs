//! Requests are due at fixed times, and their time is counted from when they were due:
//! what waits because something before it is slow has waited.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use super::{Gathered, Outcome, Part, Requests, gather};
use crate::http::Connection;
use crate::latency::Latency;

/// When requests are due. The connection that is free takes the next one.
struct Schedule {
    start: Instant,
    per_second: u64,
    next: AtomicU64,
    /// Those before this one are the warm-up.
    first: u64,
    total: u64,
}

/// Loads a node at a rate for a warm-up and then for the time that counts.
pub(crate) async fn open<R: Requests>(
    node: SocketAddr,
    connections: Vec<R>,
    per_second: u64,
    warm_up: Duration,
    time: Duration,
) -> Result<Outcome<R>> {
    let mut opened = Vec::new();
    for requests in connections {
        opened.push((Connection::open(node).await?, requests));
    }
    let count = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX) * per_second / 1000;
    let (first, total) = (count(warm_up), count(warm_up + time));
    let schedule = Schedule { start: Instant::now(), per_second, next: AtomicU64::new(0), first, total };
    let schedule = Arc::new(schedule);
    let mut parts = JoinSet::new();
    for (connection, requests) in opened {
        parts.spawn(work(connection, requests, Arc::clone(&schedule)));
    }
    // Twice the time: a server that is too slow is reported, not given up.
    let Gathered { done, answered, latency, last, requests } = gather(parts, (warm_up + time) * 2).await?;
    Ok(Outcome {
        done,
        answered,
        time: last.saturating_duration_since(schedule.due(first)),
        latency,
        requests,
    })
}

async fn work<R: Requests>(
    mut connection: Connection,
    mut requests: R,
    schedule: Arc<Schedule>,
) -> Result<Part<R>> {
    let mut latency = Latency::new()?;
    let (mut done, mut answered) = (0, 0);
    let mut last = schedule.start;
    loop {
        let index = schedule.next.fetch_add(1, Ordering::Relaxed);
        if index >= schedule.total {
            return Ok(Part { done, answered, latency, last, requests });
        }
        let due = schedule.due(index);
        tokio::time::sleep_until(due.into()).await;
        let answer = connection.send(requests.next()).await?;
        answer.expect(requests.status())?;
        last = Instant::now();
        requests.answered(&answer, due, last)?;
        answered += 1;
        if index >= schedule.first {
            done += 1;
            latency.record(last - due);
        }
    }
}

impl Schedule {
    fn due(&self, index: u64) -> Instant {
        self.start + Duration::from_micros(index.saturating_mul(1_000_000) / self.per_second)
    }
}
