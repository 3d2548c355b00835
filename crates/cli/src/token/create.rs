//! `kith token create`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Create a token of the tenant and print it; it is shown only this once.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith token create 'nightly import' --json")]
pub(crate) struct Create {
    /// What the token is for.
    name: String,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let token = ctx.client.post(&["tokens"], json!({ "name": self.name })).send().await?;
        ctx.output.document(&token)
    }
}
