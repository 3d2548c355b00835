//! `kith job results`.

use std::io::{ErrorKind, Write as _};
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::exit::Failure;

/// Results are as large as the file was.
const PATIENCE: Duration = Duration::from_secs(24 * 3_600);

/// Print what became of each row: JSON Lines, or CSV.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith job results job_01kapv6d3meq9tf1yr9kq6zv3b --outcome failed --csv > refused.csv"
)]
pub(crate) struct Results {
    /// The job's id.
    job: String,
    /// Only rows of this outcome.
    #[arg(long)]
    outcome: Option<Outcome>,
    /// As CSV.
    #[arg(long)]
    csv: bool,
}

/// What may become of a row.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Outcome {
    Succeeded,
    Failed,
    Unprocessed,
}

impl Results {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let outcome = self.outcome.map(|outcome| match outcome {
            Outcome::Succeeded => "succeeded",
            Outcome::Failed => "failed",
            Outcome::Unprocessed => "unprocessed",
        });
        let media = if self.csv { "text/csv" } else { "application/jsonl" };
        let call = ctx.client.get(&["jobs", &self.job, "results"]).query_if("outcome", outcome);
        let mut stdout = std::io::stdout().lock();
        let call = call.header_if("Accept", Some(media)).lasting(PATIENCE);
        call.pipe(|piece| {
            stdout.write_all(piece).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
                ErrorKind::BrokenPipe => Failure::Closed,
                _ => Failure::local(error),
            })
        })
        .await
    }
}
