//! `kith demo`: fills a tenant with records that make sense together. They are made up
//! from a seed, here, and sent through the API as any program could send them.

mod activity;
mod amount;
mod basis;
mod calendar;
mod case;
mod company;
mod deal;
mod fill;
mod generate;
mod lead;
mod member;
mod note;
mod person;
mod places;
mod progress;
mod row;
mod sayings;
mod words;

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;
pub(crate) use calendar::Day;
pub(crate) use fill::{CURSOR, Filled, Wish, fill};
pub(crate) use progress::Progress;

/// The seed when none is given.
pub(crate) const SEED: u64 = 1;

/// Records when it is not said how many.
pub(crate) const SIZE: u64 = 3_000;

/// Fill a tenant with a CRM's worth of invented records.
///
/// Teams, users, companies, contacts, leads, products, deals with their lines, what was
/// done in them, cases, notes and campaigns, over the two years until today; a few of
/// them twice, or badly typed, as it is in life. The template `crm` is applied first,
/// where it is not yet.
///
/// The same seed gives the same records. What is there already is left as it is, so that a
/// demo that was interrupted is finished by the same command. The cursor `demo` stands
/// where the demo ends: `kith changes --cursor demo` shows what was done since.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  kith demo
  kith demo --size 1000000 --seed 7")]
pub(crate) struct Demo {
    /// Records in all.
    #[arg(long, value_name = "N", default_value_t = SIZE, value_parser = clap::value_parser!(u64).range(300..=100_000_000))]
    size: u64,
    /// Another seed makes up others.
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// The day that is taken for today, as 2026-11-23 [default: the server's].
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<Day>,
}

impl Demo {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let Self { size, seed, until } = self;
        let progress = if ctx.output.is_json() { Progress::silent() } else { Progress::new(size) };
        let filled = fill(&ctx.client, Wish { size, seed, until }, &progress).await?;
        progress.finish();
        if ctx.output.is_json() {
            return ctx.output.json_line(&filled.document());
        }
        ctx.output.table(&filled.rows(), &["object", "records"])?;
        ctx.output.text(&filled.sentence())
    }
}

impl Filled {
    /// How many records of each object were made.
    fn rows(&self) -> Vec<Json> {
        self.counts.iter().map(|(object, count)| json!({ "object": object, "records": count })).collect()
    }

    fn sentence(&self) -> String {
        let made: u64 = self.counts.values().sum();
        let present = match self.present {
            0 => String::new(),
            present => format!(", {present} were there"),
        };
        format!("{made} records{present}; what follows is shown by `kith changes --cursor {CURSOR}`")
    }

    fn document(&self) -> Json {
        json!({
            "created": self.counts,
            "present": self.present,
            "seed": self.seed,
            "until": self.until,
            "position": self.position,
        })
    }
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day is written as 2026-11-23".to_owned())
}
