//! Batches of 1,000 creates, each one transaction, beside the same rows in commits of
//! the same size.

use anyhow::Result;

use crate::bench::{Bench, Engine};
use crate::crm::{BATCH, Crm};
use crate::load;
use crate::raw::{self, Journal, Shape};
use crate::report::Figure;
use crate::requests::CreateBatches;
use crate::server::Server;

/// One batch is written while the next ones are sent and read.
const CONNECTIONS: u64 = 4;

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let rows = Crm::create(&server, "rows").await?;
    let (probe, kith) = (Crm::create(&server, "probe").await?, Crm::create(&server, "kith").await?);
    server.stop().await?;

    let shape = Shape { chunk: BATCH, journal: Journal::Together, is_lane: false };
    raw::probe(engine, &place, &probe, shape).await?;
    let rows = raw::creates(bench, engine, &place, &rows, shape).await?;

    let server = Server::start(bench, &place).await?;
    probe.verify(&server).await?;
    let nodes = [server.address];
    let one = load::closed(&nodes, vec![CreateBatches::new(&kith, 0)?], bench.warm_up(), bench.time).await?;
    let requests = (1..=CONNECTIONS).map(|seed| CreateBatches::new(&kith, seed)).collect::<Result<_>>()?;
    let most = load::closed(&nodes, requests, bench.warm_up(), bench.time).await?;
    server.stop().await?;

    let deeds = u64::try_from(BATCH)?;
    let (single, rate) = (one.rate(deeds), most.rate(deeds));
    let mut figures = vec![
        Figure::rate("raw records, 1,000 a commit", rows.rate),
        Figure::rate("kith, records, 1 connection", single),
        Figure::rate(format!("kith, records, {CONNECTIONS} connections"), rate),
        Figure::ratio(format!("kith / raw, {CONNECTIONS} connections"), rate, rows.rate).at_least(60),
        Figure::ratio("kith / raw, 1 connection", single, rows.rate),
    ];
    figures.extend(Figure::latency("a raw commit", &rows.latency, None));
    figures.extend(Figure::latency("a batch, 1 connection", &one.latency, None));
    Ok(figures)
}
