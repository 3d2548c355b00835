//! `kith tenant list`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// List the organization's tenants.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith tenant list --limit 100")]
pub(crate) struct List {
    /// At most this many.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on where another page ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl List {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["tenants"]).query_if("limit", self.limit).query_if("cursor", self.cursor);
        ctx.output.page(&call.send().await?, &["id", "name", "created_at", "retention_days"])
    }
}
