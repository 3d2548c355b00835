//! `kith token list`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// List the tenant's tokens, without their secrets.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith token list")]
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
        let call = ctx.client.get(&["tokens"]).query_if("limit", self.limit).query_if("cursor", self.cursor);
        ctx.output.page(&call.send().await?, &["id", "name", "created_at", "revoked_at"])
    }
}
