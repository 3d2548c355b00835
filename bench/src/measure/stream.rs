//! From a commit to its event at a client that follows the stream, at a steady rate of
//! writes.
//!
//! Both times are the client's own: when the answer to the write was there, and when
//! the event was. An event that is faster than the answer counts as zero.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::bench::{Bench, Engine};
use crate::crm::Crm;
use crate::http::Answer;
use crate::latency::Latency;
use crate::load::{self, Requests};
use crate::report::Figure;
use crate::requests::CreateContacts;
use crate::server::Server;
use crate::sse::Stream;

/// Writes a second.
const RATE: u64 = 1_000;

/// Connections that write.
const CONNECTIONS: u64 = 16;

/// Creates, with what is known of each.
struct Noted {
    creates: CreateContacts,
    writes: Vec<Write>,
}

/// A write that was answered.
#[derive(Clone, Copy)]
struct Write {
    position: u64,
    due: Instant,
    answered: Instant,
}

impl Requests for Noted {
    fn next(&mut self) -> &[u8] {
        self.creates.next()
    }

    fn status(&self) -> u16 {
        self.creates.status()
    }

    fn answered(&mut self, answer: &Answer<'_>, due: Instant, now: Instant) -> Result<()> {
        self.writes.push(Write { position: answer.position()?, due, answered: now });
        Ok(())
    }
}

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "stream").await?;
    let state = crm.client(&server).await?.get("/v1/changes?after=0&limit=1").await?;
    let before = state["last_position"].as_u64().context("a page of changes lacks `last_position`")?;
    let mut stream = Stream::open(server.address, &crm.token, before).await?;

    let noted = |creates| Noted { creates, writes: Vec::new() };
    let requests = crm.creates(CONNECTIONS)?.into_iter().map(noted).collect();
    let mut arrivals = Vec::new();
    let writing = load::open(server.address, requests, RATE, bench.warm_up(), bench.time);
    let written = {
        let reading = stream.note_until(u64::MAX, &mut arrivals);
        tokio::select! {
            written = writing => written?,
            ended = reading => {
                ended?;
                anyhow::bail!("the stream ended")
            }
        }
    };
    let writes: Vec<Write> = written.requests.into_iter().flat_map(|noted| noted.writes).collect();
    let last = writes.iter().map(|write| write.position).max().context("nothing was written")?;
    if arrivals.last().is_none_or(|(position, _)| *position < last) {
        let rest = stream.note_until(last, &mut arrivals);
        tokio::time::timeout(bench.time, rest).await.context("events are missing")??;
    }
    server.stop().await?;
    figures(engine, &writes, arrivals)
}

fn figures(engine: Engine, writes: &[Write], arrivals: Vec<(u64, Instant)>) -> Result<Vec<Figure>> {
    let arrivals: HashMap<u64, Instant> = arrivals.into_iter().collect();
    let (mut after_answer, mut after_due, mut answer) = (Latency::new()?, Latency::new()?, Latency::new()?);
    for Write { position, due, answered } in writes {
        let arrived = arrivals.get(position).with_context(|| format!("no event has position {position}"))?;
        after_answer.record(arrived.saturating_duration_since(*answered));
        after_due.record(arrived.saturating_duration_since(*due));
        answer.record(answered.saturating_duration_since(*due));
    }
    let mut figures = vec![Figure::count("writes, each with its event", after_answer.count())];
    figures.extend(Figure::latency("from the answer to the event", &after_answer, Some(promised_ms(engine))));
    figures.extend(Figure::latency("from when the write was due to the event", &after_due, None));
    figures.extend(Figure::latency("from when the write was due to the answer", &answer, None));
    Ok(figures)
}

/// The promise about the 99th percentile; PostgreSQL tells another process.
fn promised_ms(engine: Engine) -> u64 {
    match engine {
        Engine::Sqlite => 20,
        Engine::Postgres => 50,
    }
}
