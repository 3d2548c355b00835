//! `kith job delete`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Forget a job that has ended, with its files and results; its records stay.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith job delete job_01kapv6d3meq9tf1yr9kq6zv3b")]
pub(crate) struct Delete {
    /// The job's id.
    job: String,
}

impl Delete {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.client.delete(&["jobs", &self.job]).send().await?;
        let gone = json!({ "id": self.job, "deleted": true });
        ctx.output.done(&format!("deleted {}", self.job), &gone)
    }
}
