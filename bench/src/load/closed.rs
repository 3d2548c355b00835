//! Each connection sends as soon as it was answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use super::{Gathered, Outcome, Part, Requests, gather};
use crate::http::Connection;
use crate::latency::Latency;

/// Loads one or several nodes, the connections spread evenly, for a warm-up and then
/// for the time that counts.
pub(crate) async fn closed<R: Requests>(
    nodes: &[SocketAddr],
    connections: Vec<R>,
    warm_up: Duration,
    time: Duration,
) -> Result<Outcome<R>> {
    let mut opened = Vec::new();
    for (requests, node) in connections.into_iter().zip(nodes.iter().cycle()) {
        opened.push((Connection::open(*node).await?, requests));
    }
    let begin = Instant::now() + warm_up;
    let mut parts = JoinSet::new();
    for (connection, requests) in opened {
        parts.spawn(work(connection, requests, begin, begin + time));
    }
    let Gathered { done, answered, latency, last: _, requests } = gather(parts, warm_up + time).await?;
    Ok(Outcome { done, answered, time, latency, requests })
}

async fn work<R: Requests>(
    mut connection: Connection,
    mut requests: R,
    begin: Instant,
    end: Instant,
) -> Result<Part<R>> {
    let mut latency = Latency::new()?;
    let (mut done, mut answered, mut due) = (0, 0, Instant::now());
    while due < end {
        let answer = connection.send(requests.next()).await?;
        answer.expect(requests.status())?;
        let now = Instant::now();
        requests.answered(&answer, due, now)?;
        answered += 1;
        if now >= begin && now < end {
            done += 1;
            latency.record(now - due);
        }
        due = now;
    }
    Ok(Part { done, answered, latency, last: due, requests })
}
