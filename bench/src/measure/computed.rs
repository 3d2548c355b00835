//! A stored computed field added to an object with many records: how fast they are
//! filled when nobody else is there, and what others notice when they are.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value as Json, json};

use crate::bench::{Bench, Engine};
use crate::client::Client;
use crate::crm::Crm;
use crate::latency::Latency;
use crate::load;
use crate::report::Figure;
use crate::requests::{CreateContacts, ReadContacts};
use crate::server::Server;

/// Records that there are, unless the command line says otherwise.
const RECORDS: u32 = 1_000_000;

/// Reads, and as many creates, a second.
const RATE: u64 = 250;

/// Connections of either.
const CONNECTIONS: u64 = 16;

/// What was promised of the records that are filled in a second.
const FILLED_MIN: u64 = 20_000;

/// What was promised of the 99th percentile beside it, in hundredths of it alone.
const SLOWER_MAX: u64 = 200;

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "computed").await?;
    let records = bench.records.unwrap_or(RECORDS);
    let ids = crm.fill(&server, usize::try_from(records)?).await?;
    let mut client = crm.client(&server).await?;

    let start = Instant::now();
    let filled = fill(&mut client, "alone").await?;
    let rate = per_second(filled, start.elapsed());

    let ids = ids.into();
    let reads = || (0..CONNECTIONS).map(|seed| ReadContacts::new(&crm.token, &ids, seed)).collect();
    let quiet = loads(bench, &server, reads(), crm.creates(CONNECTIONS)?).await?;
    let mut beside = (0, Duration::ZERO);
    let busy = {
        let load = loads(bench, &server, reads(), crm.creates(CONNECTIONS)?);
        tokio::select! {
            busy = load => busy?,
            ended = fill_on(&mut client, &mut beside) => {
                ended?;
                bail!("there are no more fields to fill")
            }
        }
    };
    server.stop().await?;

    let mut figures = vec![
        Figure::count("records that there are", u64::from(records)),
        Figure::rate("records filled, nobody else there", rate).at_least(FILLED_MIN),
    ];
    if beside.0 > 0 {
        figures.push(Figure::rate("records filled beside others", per_second(beside.0, beside.1)));
    }
    for (name, quiet, busy) in [("reads", &quiet.0, &busy.0), ("creates", &quiet.1, &busy.1)] {
        figures.extend(Figure::latency(&format!("{name}, nothing filled"), quiet, None));
        figures.extend(Figure::latency(&format!("{name} meanwhile"), busy, None));
        let slower = Figure::ratio(format!("{name}, p99 meanwhile over p99 alone"), busy.p99(), quiet.p99());
        figures.push(slower.at_most(SLOWER_MAX));
    }
    Ok(figures)
}

/// Adds a stored computed field and waits until every record has it; answers how many
/// were filled.
async fn fill(client: &mut Client, name: &str) -> Result<u64> {
    let computed = "name + ' of ' + city";
    let field =
        json!({"name": name, "type": "text", "max_length": 600, "computed": computed, "stored": true});
    let made = client.post("/v1/schema/objects/contact/fields", &field).await?;
    let task = made["task"].as_str().context("the records are so few that no task is needed")?;
    let path = format!("/v1/schema/tasks/{task}?wait=30s");
    loop {
        let task = client.get(&path).await?;
        match task["state"].as_str() {
            Some("running") => {}
            Some("done") => return task["done"].as_u64().context("a task does not say how far it came"),
            _ => bail!("the task has failed: {task}"),
        }
    }
}

/// Fills one field after the other until it is stopped; notes how many records, and in
/// what time.
async fn fill_on(client: &mut Client, filled: &mut (u64, Duration)) -> Result<()> {
    for round in 0..u32::MAX {
        let start = Instant::now();
        filled.0 += fill(client, &format!("beside{round}")).await?;
        filled.1 += start.elapsed();
        let path = format!("/v1/schema/objects/contact/fields/beside{round}");
        let left = client.get(&path).await?;
        ensure!(left["state"] == Json::Null, "the field is not ready: {left}");
    }
    Ok(())
}

fn per_second(count: u64, time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000_000) / micros
}

/// Reads and creates at the same time.
async fn loads(
    bench: &Bench,
    server: &Server,
    reads: Vec<ReadContacts>,
    creates: Vec<CreateContacts>,
) -> Result<(Latency, Latency)> {
    let (reads, creates) = futures_util::try_join!(
        load::open(server.address, reads, RATE, bench.warm_up(), bench.time),
        load::open(server.address, creates, RATE, bench.warm_up(), bench.time),
    )?;
    Ok((reads.latency, creates.latency))
}
