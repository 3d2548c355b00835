//! `kith object storage`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show how an object's fields are stored and indexed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith object storage contact")]
pub(crate) struct Storage {
    /// Name of the object.
    object: String,
}

impl Storage {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let storage = ctx.client.get(&["schema", "objects", &self.object, "storage"]).send().await?;
        ctx.output.done(&format!("{storage:#}"), &storage)
    }
}
