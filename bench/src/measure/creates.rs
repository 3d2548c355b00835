//! Durable creates: the raw database in commits of 64, then Kith with 64 connections,
//! as many as go through and at a fixed rate.

use anyhow::Result;

use super::CONNECTIONS;
use crate::bench::{Bench, Engine};
use crate::crm::Crm;
use crate::load::{self, Effort};
use crate::raw::{self, Journal, Shape};
use crate::report::Figure;
use crate::server::Server;

/// Creates of one commit of the baselines: as many as are under way at a time.
const CHUNK: usize = 64;

/// Creates a second of the fixed rate.
const RATE: u64 = 4_000;

const AT_RATE: &str = "kith at a fixed 4,000/s";

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let (rows, lane) = (Crm::create(&server, "rows").await?, Crm::create(&server, "lane").await?);
    let (probe, kith) = (Crm::create(&server, "probe").await?, Crm::create(&server, "kith").await?);
    server.stop().await?;

    let shape = Shape { chunk: CHUNK, journal: Journal::Singly, is_lane: false };
    raw::probe(engine, &place, &probe, shape).await?;
    let rows = raw::creates(bench, engine, &place, &rows, shape).await?;
    let lane = raw::creates(bench, engine, &place, &lane, Shape { is_lane: true, ..shape }).await?;

    let server = Server::start(bench, &place).await?;
    probe.verify(&server).await?;
    let nodes = [server.address];
    let effort = Effort::begin(&server)?;
    let most = load::closed(&nodes, kith.creates(CONNECTIONS)?, bench.warm_up(), bench.time).await?;
    let effort = effort.end(most.answered)?;
    let fixed =
        load::open(server.address, kith.creates(CONNECTIONS)?, RATE, bench.warm_up(), bench.time).await?;
    let memory = server.memory_kib()?;
    server.stop().await?;

    let rate = most.rate(1);
    let mut figures = vec![
        Figure::rate(format!("raw rows, {CHUNK} a commit"), rows.rate),
        Figure::rate(format!("in-process lane (the same with its reads), {CHUNK} a commit"), lane.rate),
        Figure::rate(format!("kith, {CONNECTIONS} connections"), rate).at_least(6_000),
        Figure::ratio("kith / in-process lane", rate, lane.rate).at_least(50),
        Figure::ratio("kith / raw rows", rate, rows.rate),
    ];
    figures.extend(effort);
    figures.extend(Figure::latency("a commit of the in-process lane", &lane.latency, None));
    figures.extend(Figure::latency("kith at full load", &most.latency, None));
    figures.push(Figure::rate(AT_RATE, fixed.rate(1)));
    figures.extend(Figure::latency(AT_RATE, &fixed.latency, Some(25)));
    figures.push(Figure::memory("kith's memory after that", memory));
    Ok(figures)
}
