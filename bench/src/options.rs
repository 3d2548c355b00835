//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::bench::Engine;
use crate::measure::Measurement;

/// Measure Kith and the raw database beneath it.
#[derive(Debug, Parser)]
#[command(
    name = "kith-bench",
    after_help = "Example:
  cargo build --release -p kith-cli
  cargo run --release -p kith-bench -- all --seconds 10 --json bench.json"
)]
pub(crate) struct Options {
    /// Which database to measure on.
    database: Choice,
    /// How long each figure is measured, after a warm-up of a fifth of that.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure only this (may be given several times).
    #[arg(long, value_name = "NAME", value_enum)]
    only: Vec<Measurement>,
    /// Also write the figures to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Tenants that exist when a start is measured.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) tenants: u32,
    /// Objects that exist when adding a field is measured.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=2_000))]
    pub(crate) objects: u32,
    /// Records that are loaded (100,000 unless given), that exist when filling a computed
    /// field is measured, or are exported (1,000,000 of both).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2_000..=5_000_000))]
    pub(crate) records: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Choice {
    Sqlite,
    Postgres,
    All,
}

impl Options {
    /// The databases, in the order in which they are measured.
    pub(crate) fn engines(&self) -> Vec<Engine> {
        match self.database {
            Choice::Sqlite => vec![Engine::Sqlite],
            Choice::Postgres => vec![Engine::Postgres],
            Choice::All => vec![Engine::Sqlite, Engine::Postgres],
        }
    }

    /// What is measured on a database.
    pub(crate) fn measurements(&self, engine: Engine) -> Vec<Measurement> {
        let all = Measurement::value_variants().iter().copied();
        let wanted = all.filter(|each| self.only.is_empty() || self.only.contains(each));
        wanted.filter(|each| each.is_possible(engine)).collect()
    }

    /// How long a figure is measured.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
