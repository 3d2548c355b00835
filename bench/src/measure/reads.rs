//! Reads by id: the raw database in process, then Kith, as many as go through and at a
//! fixed rate.

use std::sync::Arc;

use anyhow::Result;

use super::CONNECTIONS;
use crate::bench::{Bench, Engine};
use crate::crm::Crm;
use crate::load::{self, Effort};
use crate::raw;
use crate::report::Figure;
use crate::requests::ReadContacts;
use crate::server::Server;

/// Contacts that are read.
const CONTACTS: usize = 20_000;

/// Reads a second of the fixed rate.
const RATE: u64 = 8_000;

const AT_RATE: &str = "kith at a fixed 8,000/s";

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "reads").await?;
    let ids: Arc<[String]> = crm.fill(&server, CONTACTS).await?.into();
    let requests = || (0..CONNECTIONS).map(|seed| ReadContacts::new(&crm.token, &ids, seed)).collect();
    let effort = Effort::begin(&server)?;
    let most = load::closed(&[server.address], requests(), bench.warm_up(), bench.time).await?;
    let effort = effort.end(most.answered)?;
    let fixed = load::open(server.address, requests(), RATE, bench.warm_up(), bench.time).await?;
    server.stop().await?;
    let raw = raw::reads(bench, engine, &place, &crm, &ids).await?;

    let rate = most.rate(1);
    let mut figures = vec![
        Figure::rate("raw selects and their JSON, in process", raw.rate),
        Figure::rate(format!("kith, {CONNECTIONS} connections"), rate).at_least(15_000),
        Figure::ratio("kith / raw", rate, raw.rate),
    ];
    figures.extend(effort);
    figures.extend(Figure::latency("kith at full load", &most.latency, None));
    figures.push(Figure::rate(AT_RATE, fixed.rate(1)));
    figures.extend(Figure::latency(AT_RATE, &fixed.latency, Some(5)));
    Ok(figures)
}
