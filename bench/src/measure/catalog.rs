//! What a compiled catalog of many objects takes of memory, and what it costs to evaluate
//! a virtual computed field.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};

use crate::bench::{Bench, Engine};
use crate::client::Client;
use crate::crm::Crm;
use crate::measure::plan::{FIELDS, object};
use crate::report::Figure;
use crate::server::Server;

/// What was promised of one catalog, in megabytes.
const CATALOG_MB: u64 = 20;

/// What was promised of a virtual computed field, in nanoseconds.
const VIRTUAL_NANOS: u64 = 2_000;

/// Virtual fields that are added: the more, the less the rest of a page counts.
const VIRTUALS: u32 = 20;

/// Records of a page.
const PAGE: u64 = 500;

/// Before memory is looked at, what was begun is done.
const SETTLE: Duration = Duration::from_secs(2);

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "catalog").await?;
    crm.fill(&server, usize::try_from(PAGE)?).await?;
    let plain = page(&mut crm.client(&server).await?, bench.time).await?;
    let mut client = crm.client(&server).await?;
    for number in 0..VIRTUALS {
        let field = json!({
            "name": format!("virtual{number}"), "type": "text", "max_length": 600, "computed": "name + ' of ' + city",
        });
        client.post("/v1/schema/objects/contact/fields", &field).await?;
    }
    let computed = page(&mut client, bench.time).await?;
    for number in 2..bench.objects {
        client.post("/v1/schema/objects", &object(number)).await?;
    }
    server.stop().await?;

    // What was made on the way to it has left holes in memory: another process begins anew.
    let server = Server::start(bench, &place).await?;
    tokio::time::sleep(SETTLE).await;
    let closed = server.memory_kib()?;
    let mut client = crm.client(&server).await?;
    client.get("/v1/records/company?limit=1").await?;
    tokio::time::sleep(SETTLE).await;
    let one = server.memory_kib()?.saturating_sub(closed);
    let field = json!({"name": "one_more", "type": "text"});
    client.post("/v1/schema/objects/company/fields", &field).await?;
    tokio::time::sleep(SETTLE).await;
    let two = server.memory_kib()?.saturating_sub(closed);
    server.stop().await?;

    let values = PAGE * u64::from(VIRTUALS);
    let nanos = computed.saturating_sub(plain).as_nanos();
    let each = u64::try_from(nanos)?.checked_div(values).unwrap_or(0);
    Ok(vec![
        Figure::count(format!("objects of {FIELDS} fields"), u64::from(bench.objects)),
        Figure::memory("a tenant opened: its catalog, and the database's own", one).below_mb(CATALOG_MB),
        Figure::memory("the same after a change: two versions at most", two).below_mb(2 * CATALOG_MB),
        Figure::micros(format!("a page of {PAGE} records"), micros(plain)),
        Figure::micros(format!("the same with {VIRTUALS} virtual fields"), micros(computed)),
        Figure::nanos("a virtual field of a record, evaluated and written out", each).at_most(VIRTUAL_NANOS),
    ])
}

/// How long a page of contacts takes, in the middle.
async fn page(client: &mut Client, time: Duration) -> Result<Duration> {
    let path = format!("/v1/records/contact?limit={PAGE}");
    let found: Json = client.get(&path).await?;
    let records = found["data"].as_array().map_or(0, Vec::len);
    ensure!(u64::try_from(records)? == PAGE, "a page has {records} records");
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < time || times.is_empty() {
        let asked = Instant::now();
        client.count(&path).await?;
        times.push(asked.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
