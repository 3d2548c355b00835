//! `kith cursor list`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// List the tenant's named cursors.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith cursor list")]
pub(crate) struct List {}

impl List {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let page = ctx.client.get(&["cursors"]).send().await?;
        ctx.output.page(&page, &["name", "position", "last_position", "lag", "updated_at"])
    }
}
