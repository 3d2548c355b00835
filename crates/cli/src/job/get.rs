//! `kith job get`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Print a job: what it is, and how far.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith job get job_01kapv6d3meq9tf1yr9kq6zv3b")]
pub(crate) struct Get {
    /// The job's id.
    job: String,
}

impl Get {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.output.document(&ctx.client.get(&["jobs", &self.job]).send().await?)
    }
}
