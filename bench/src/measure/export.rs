//! All contacts written to files by export jobs, in each format, and the files read.

use anyhow::{Result, ensure};

use crate::bench::{Bench, Engine};
use crate::crm::Crm;
use crate::job::{self, Contacts};
use crate::load::per_second;
use crate::report::Figure;
use crate::server::Server;

/// Records that there are, unless the command line says otherwise.
const RECORDS: u32 = 1_000_000;

/// Records of one file that fills the tenant: as many as are made at once in memory.
const FILL: u32 = 100_000;

/// What was promised of the records a second.
const RATE_MIN: u64 = 100_000;

/// What was promised of the server's memory, in megabytes.
const MEMORY_MB: u64 = 150;

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let records = bench.records.unwrap_or(RECORDS);
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "export").await?;
    let mut client = crm.client(&server).await?;
    // One contact is there from the beginning.
    let mut there = 1;
    while there < records {
        let more = (records - there).min(FILL);
        job::load(&mut client, &Contacts::new(&crm, more)?).await?;
        there += more;
    }
    server.stop().await?;

    let server = Server::start(bench, &place).await?;
    let mut client = crm.client(&server).await?;
    let mut figures = vec![Figure::count("records that there are", u64::from(there))];
    for format in ["jsonl", "csv", "parquet"] {
        let exported = job::export(&mut client, format).await?;
        ensure!(exported.records == u64::from(there), "{} records were exported", exported.records);
        let rate = per_second(exported.records, exported.took);
        figures.push(Figure::rate(format!("records exported as {format}"), rate).at_least(RATE_MIN));
        figures.push(Figure::memory(format!("files of {format}"), exported.bytes / 1024));
        let read = per_second(exported.bytes, exported.reading) / (1024 * 1024);
        figures.push(Figure::rate(format!("megabytes of {format} read"), read));
    }
    figures
        .push(Figure::memory("kith's memory, the most of it", server.memory_most_kib()?).below_mb(MEMORY_MB));
    server.stop().await?;
    Ok(figures)
}
