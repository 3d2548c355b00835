//! `kith cursor get`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show where a named cursor stands, and how far it lags behind.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith cursor get warehouse")]
pub(crate) struct Get {
    /// Name of the cursor.
    name: String,
}

impl Get {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.output.document(&ctx.client.get(&["cursors", &self.name]).send().await?)
    }
}
