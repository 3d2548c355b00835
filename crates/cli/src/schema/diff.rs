//! `kith schema diff`.

use clap::Args;

use super::render;
use crate::context::Context;
use crate::exit::Failure;

/// Show what changed between two versions of the schema.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema diff 4 7")]
pub(crate) struct Diff {
    /// The version to begin at.
    from: u32,
    /// The version to end at.
    to: u32,
}

impl Diff {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["schema", "compare"]).query("from", self.from).query("to", self.to);
        let comparison = call.send().await?;
        ctx.output.done(&render::comparison(&comparison), &comparison)
    }
}
