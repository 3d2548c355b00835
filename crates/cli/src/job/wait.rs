//! `kith job wait`.

use clap::Args;

use super::follow::{conclude, follow};
use crate::context::Context;
use crate::exit::Failure;

/// Follow a job to its end; the exit code says how it ended.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith job wait job_01kapv6d3meq9tf1yr9kq6zv3b")]
pub(crate) struct Wait {
    /// The job's id.
    job: String,
}

impl Wait {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let job = follow(ctx, &self.job).await?;
        conclude(ctx, &job).await
    }
}
