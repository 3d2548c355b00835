//! `kith job start`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Start a job whose files are there.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith job start job_01kapv6d3meq9tf1yr9kq6zv3b")]
pub(crate) struct Start {
    /// The job's id.
    job: String,
}

impl Start {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let job = ctx.client.post(&["jobs", &self.job, "start"], json!({})).send().await?;
        let state = job["state"].as_str().unwrap_or_default();
        ctx.output.done(&format!("{} is {state}", self.job), &job)
    }
}
