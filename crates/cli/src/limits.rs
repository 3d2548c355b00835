//! `kith limits`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show the limits that the server publishes.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith limits --json")]
pub(crate) struct Limits {}

impl Limits {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let limits = ctx.client.get(&["limits"]).send().await?;
        ctx.output.page(&limits, &["name", "value", "unit", "reason"])
    }
}
