//! A start with many tenants, the memory it takes, and what the first request to a
//! tenant waits for.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use serde_json::json;

use crate::bench::{Bench, Engine};
use crate::client::{Client, text};
use crate::contact::SAMPLE;
use crate::crm::Crm;
use crate::http::{Connection, head};
use crate::latency::Latency;
use crate::report::Figure;
use crate::server::Server;

/// Tenants with data among all of them: their first requests are timed.
const WITH_DATA: usize = 20;

/// Connections that make tenants.
const MAKERS: u32 = 8;

/// Starts of which the slowest counts.
const STARTS: usize = 5;

/// Before memory is looked at, what the start left to do is done.
const SETTLE: Duration = Duration::from_secs(2);

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let made = Instant::now();
    make_tenants(&server, bench.tenants).await?;
    let making = made.elapsed() / bench.tenants.max(1);
    let mut with_data = Vec::new();
    for number in 0..WITH_DATA {
        with_data.push(Crm::create(&server, &format!("with-data-{number}")).await?);
    }
    let paths = paths(&server, &with_data).await?;
    server.stop().await?;

    let mut starts = Vec::new();
    for _ in 1..STARTS {
        let server = Server::start(bench, &place).await?;
        starts.push(server.ready);
        server.stop().await?;
    }
    let server = Server::start(bench, &place).await?;
    starts.push(server.ready);
    tokio::time::sleep(SETTLE).await;
    let idle = server.memory_kib()?;
    let (cold, warm) = first_requests(&server, &with_data, &paths).await?;
    let after = server.memory_kib()?;
    server.stop().await?;

    starts.sort_unstable();
    let (middle, slowest) = (micros(starts[STARTS / 2]), micros(starts[STARTS - 1]));
    Ok(vec![
        Figure::count("tenants", u64::from(bench.tenants) + u64::try_from(WITH_DATA)?),
        Figure::micros(format!("making a tenant, {MAKERS} at a time"), micros(making)),
        Figure::micros(format!("ready, middle of {STARTS} starts"), middle),
        Figure::micros(format!("ready, slowest of {STARTS} starts"), slowest).below_ms(300),
        Figure::memory("idle memory", idle).below_mb(40),
        Figure::micros(format!("first request to a tenant, middle of {WITH_DATA}"), cold.p50()),
        Figure::micros(format!("first request to a tenant, slowest of {WITH_DATA}"), cold.max()).below_ms(10),
        Figure::micros("second request to it, middle", warm.p50()),
        Figure::memory(format!("memory with {WITH_DATA} tenants open"), after),
    ])
}

async fn make_tenants(server: &Server, count: u32) -> Result<()> {
    let mut makers = Vec::new();
    for maker in 0..MAKERS {
        let mut admin = server.admin().await?;
        makers.push(async move {
            for number in (maker..count).step_by(usize::try_from(MAKERS)?) {
                admin.post("/v1/tenants", &json!({"name": format!("tenant-{number}")})).await?;
            }
            Ok::<(), anyhow::Error>(())
        });
    }
    try_join_all(makers).await?;
    Ok(())
}

/// Where each tenant's one contact is read.
async fn paths(server: &Server, tenants: &[Crm]) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for crm in tenants {
        let mut client: Client = crm.client(server).await?;
        let path = format!("/v1/records/contact?email={}", SAMPLE.email());
        let found = client.get(&path).await?;
        paths.push(format!(
            "/v1/records/contact/{}",
            text(&found, "/data/0/id").context("a tenant's contact")?
        ));
    }
    Ok(paths)
}

/// How long a tenant's first request takes after a start, and its second.
async fn first_requests(server: &Server, tenants: &[Crm], paths: &[String]) -> Result<(Latency, Latency)> {
    let (mut cold, mut warm) = (Latency::new()?, Latency::new()?);
    let mut connection = Connection::open(server.address).await?;
    connection.send(&head("GET", "/healthz", "none", 0)).await?.expect(200)?;
    for (crm, path) in tenants.iter().zip(paths) {
        let request = head("GET", path, &crm.token, 0);
        for latency in [&mut cold, &mut warm] {
            let start = Instant::now();
            connection.send(&request).await?.expect(200)?;
            latency.record(start.elapsed());
        }
    }
    Ok((cold, warm))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
