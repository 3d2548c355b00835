//! `kith whoami`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show as whom the server knows this token.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith whoami")]
pub(crate) struct Whoami {}

impl Whoami {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.output.document(&ctx.client.get(&["whoami"]).send().await?)
    }
}
