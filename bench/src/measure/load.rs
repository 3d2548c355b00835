//! A file of contacts loaded over HTTP in one job, beside the same rows written in commits
//! of the same size without Kith; the server's memory; and what others notice of it.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::bench::{Bench, Engine};
use crate::client::Client;
use crate::crm::Crm;
use crate::job::{self, Contacts};
use crate::latency::Latency;
use crate::load::{self, per_second};
use crate::raw;
use crate::report::Figure;
use crate::requests::{CreateContacts, ReadContacts};
use crate::server::Server;

/// Records of a file, unless the command line says otherwise.
const RECORDS: u32 = 100_000;

/// Reads, and as many creates, a second.
const RATE: u64 = 250;

/// Connections of either.
const CONNECTIONS: u64 = 16;

/// Contacts that reads ask for.
const READ: usize = 2_000;

/// What was promised of the rate, in hundredths of the baseline's.
const SHARE_SQLITE: u64 = 60;
const SHARE_POSTGRES: u64 = 50;

/// What was promised of the server's memory, in megabytes.
const MEMORY_MB: u64 = 150;

/// What was promised of the 99th percentile meanwhile: so many times it alone, and so
/// many microseconds more.
const SLOWER_TIMES: u64 = 2;
const SLOWER_US: u64 = 10_000;

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let records = bench.records.unwrap_or(RECORDS);
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let rows = Crm::create(&server, "rows").await?;
    let (probe, kith) = (Crm::create(&server, "probe").await?, Crm::create(&server, "kith").await?);
    let contacts = Contacts::new(&kith, records)?;
    let took = job::load(&mut kith.client(&server).await?, &contacts).await?;
    drop(contacts);
    let most_alone = server.memory_most_kib()?;
    server.stop().await?;

    // The journal has two more transactions of a job: that it was made, and that it ended.
    let transactions = raw::transactions_of_jobs(engine, &place, &kith).await?.saturating_sub(2).max(1);
    let chunk = usize::try_from(u64::from(records).div_ceil(transactions))?;
    raw::load(engine, &place, &probe, chunk, u64::from(records.min(10_000))).await?;
    let raw = raw::load(engine, &place, &rows, chunk, u64::from(records)).await?;

    let server = Server::start(bench, &place).await?;
    let noticed = beside(bench, &server, &kith, records).await?;
    let most = server.memory_most_kib()?.max(most_alone);
    probe.verify(&server).await?;
    kith.verify(&server).await?;
    server.stop().await?;

    let rate = per_second(u64::from(records), took);
    let (baseline, share) = match engine {
        Engine::Sqlite => ("raw records, as large commits", SHARE_SQLITE),
        Engine::Postgres => ("raw records by COPY, as large commits", SHARE_POSTGRES),
    };
    let mut figures = vec![
        Figure::count("records of the file", u64::from(records)),
        Figure::count("records of a commit, on average", u64::try_from(chunk)?),
        Figure::rate(baseline, raw.rate),
        Figure::rate("kith, from making the job to its end", rate),
        Figure::ratio("kith / raw", rate, raw.rate).at_least(share),
        Figure::memory("kith's memory during the load, the most of it", most_alone).below_mb(MEMORY_MB),
        Figure::memory("kith's memory, others at work as well, the most of it", most).below_mb(MEMORY_MB),
    ];
    if noticed.loaded.0 > 0 {
        let rate = per_second(noticed.loaded.0, noticed.loaded.1);
        figures.push(Figure::rate("records loaded beside others", rate));
    }
    for (name, quiet, busy) in
        [("reads", &noticed.quiet.0, &noticed.busy.0), ("creates", &noticed.quiet.1, &noticed.busy.1)]
    {
        figures.extend(Figure::latency(&format!("{name}, nothing loaded"), quiet, None));
        figures.extend(Figure::latency(&format!("{name} meanwhile"), busy, None));
        let most = quiet.p99() * SLOWER_TIMES + SLOWER_US;
        figures.push(Figure::micros(format!("{name} meanwhile, p99 again"), busy.p99()).at_most(most));
    }
    Ok(figures)
}

/// What others notice: how long reads and creates take alone, and beside loads.
struct Noticed {
    quiet: (Latency, Latency),
    busy: (Latency, Latency),
    /// Records that were loaded meanwhile, and in what time.
    loaded: (u64, Duration),
}

async fn beside(bench: &Bench, server: &Server, crm: &Crm, records: u32) -> Result<Noticed> {
    let ids = crm.fill(server, READ).await?.into();
    let reads = || (0..CONNECTIONS).map(|seed| ReadContacts::new(&crm.token, &ids, seed)).collect();
    let quiet = loads(bench, server, reads(), crm.creates(CONNECTIONS)?).await?;
    let mut loaded = (0, Duration::ZERO);
    let mut client = crm.client(server).await?;
    // One is there before the others begin, so that something is loaded throughout.
    let first = Contacts::new(crm, records)?;
    let busy = {
        let load = loads(bench, server, reads(), crm.creates(CONNECTIONS)?);
        tokio::select! {
            busy = load => busy?,
            ended = load_on(&mut client, crm, first, &mut loaded) => {
                ended?;
                bail!("there is nothing more to load")
            }
        }
    };
    Ok(Noticed { quiet, busy, loaded })
}

/// Loads one file after the other until it is stopped; notes how many records, and in
/// what time.
async fn load_on(
    client: &mut Client,
    crm: &Crm,
    first: Contacts,
    loaded: &mut (u64, Duration),
) -> Result<()> {
    let mut contacts = first;
    loop {
        loaded.1 += job::load(client, &contacts).await?;
        loaded.0 += contacts.records;
        // Not on the thread that measures.
        let (crm, records) = (crm.clone(), u32::try_from(contacts.records)?);
        contacts = tokio::task::spawn_blocking(move || Contacts::new(&crm, records)).await??;
    }
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
