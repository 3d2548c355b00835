//! `kith record trash`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// List an object's deleted records that can be restored.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record trash contact")]
pub(crate) struct Trash {
    /// Name of the object.
    object: String,
    /// At most this many.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on where another page ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl Trash {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["trash", &self.object]);
        let page = call.query_if("limit", self.limit).query_if("cursor", self.cursor).send().await?;
        ctx.output.page(&page, &["id", "deleted_position", "is_root", "record"])
    }
}
