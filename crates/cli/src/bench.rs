//! `kith bench`: puts a server under load through its API, and says how it bears it.
//!
//! It knows the server as every client does. What it works on it makes itself, and takes
//! away again at its end, however that comes about.

mod contact;
mod deed;
mod file;
mod ground;
mod lag;
mod load;
mod mix;
mod report;
mod schedule;
mod stop;
mod tally;
mod workload;

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;
use ground::Ground;
use load::Pace;
use mix::Mix;
use report::Report;
use stop::Stop;
use workload::Workload;

/// The rate at which lag is measured when none is given: a queue that grows would be
/// measured otherwise.
const LAG_RATE: u64 = 200;

/// Connections at most that load files: while one is written the next is sent, and more
/// of them only wait.
const BULK_CONNECTIONS: u32 = 2;

/// Measure how a server answers under load: throughput, latency, errors.
///
/// It works on objects of its own in the tenant (their names begin with `bench_`), which
/// it drops at its end, also after Ctrl-C; only the journal keeps that they were there.
/// An administrator's token without --tenant works in a tenant `bench`.
///
/// Without --rate each connection sends as soon as it was answered (closed loop), which
/// finds the most that goes through. With --rate requests are due at fixed times (open
/// loop), and their time runs from when they were due: a stall of the server counts for
/// all who had to wait.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 1 if requests failed, 130 if it was interrupted; else as in `kith --help`.

Example:
  kith bench
  kith bench creates reads --connections 64 --seconds 30
  kith bench mixed --mix creates=1,reads=8,lists=1 --rate 500 --json")]
pub(crate) struct Bench {
    /// What to measure, one after another [default: all of them].
    #[arg(value_enum, value_name = "WORKLOAD")]
    workloads: Vec<Workload>,
    /// Connections that send (`bulk` takes at most 2).
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=2000))]
    connections: u32,
    /// Requests a second in all, whether or not those before were answered.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rate: Option<u64>,
    /// How long each workload is measured.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// How long it runs before that [default: a fifth of --seconds].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=3_600))]
    warm_up: Option<u64>,
    /// Records that there are to be read, changed and listed.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    records: u64,
    /// Rows of each file that `bulk` loads.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rows: u64,
    /// What `mixed` is made of, and how much of each.
    #[arg(long, value_name = "WORKLOAD=N,…", default_value = "creates=1,reads=6,updates=2,lists=1")]
    mix: Mix,
    /// Measure nothing: drop what runs that were killed have left (and any that still run).
    #[arg(long, conflicts_with_all = ["workloads", "rate"])]
    clean: bool,
}

impl Bench {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let client = ground::client(&ctx.client).await?;
        if self.clean {
            return ground::clean(&client, ctx.output).await;
        }
        let stop = Stop::listen()?;
        let ground = Arc::new(Ground::make(client, self.rows).await?);
        // Whatever happens from here on, the ground is cleared.
        let measured = self.measure(ctx, &ground, &stop).await;
        let cleared = ground.clear().await;
        let report = measured?;
        report.print(ctx.output, &ground)?;
        cleared?;
        match report.errors() {
            _ if stop.is_asked() => Err(Failure::Interrupted),
            0 => Ok(()),
            errors => Err(Failure::Errors(errors)),
        }
    }

    async fn measure(&self, ctx: &Context, ground: &Arc<Ground>, stop: &Stop) -> Result<Report, Failure> {
        let workloads =
            if self.workloads.is_empty() { Workload::ALL.to_vec() } else { self.workloads.clone() };
        let mut report = Report::new(self.connections, self.rate);
        if workloads.iter().any(|workload| workload.needs_records(&self.mix)) {
            say(ctx, &format!("making {} records", self.records));
            ground.fill(self.records, stop).await?;
        }
        for workload in workloads {
            if stop.is_asked() {
                break;
            }
            say(ctx, &format!("measuring {}", workload.name()));
            let pace = self.pace(workload);
            report.add(workload, workload.measure(ground, pace, &self.mix, stop).await?);
        }
        Ok(report)
    }

    fn pace(&self, workload: Workload) -> Pace {
        let rate = match workload {
            Workload::Lag => Some(self.rate.unwrap_or(LAG_RATE)),
            _ => self.rate,
        };
        let connections = match workload {
            Workload::Bulk => self.connections.min(BULK_CONNECTIONS),
            _ => self.connections,
        };
        Pace {
            connections,
            rate,
            warm_up: self.warm_up.map_or(Duration::from_secs(self.seconds) / 5, Duration::from_secs),
            time: Duration::from_secs(self.seconds),
        }
    }
}

/// Tells who watches what is going on.
fn say(ctx: &Context, sentence: &str) {
    use std::io::{IsTerminal, Write};
    if !ctx.output.is_json() && std::io::stderr().is_terminal() {
        // A terminal that is gone has nobody before it.
        let _ = writeln!(std::io::stderr(), "{sentence}");
    }
}
