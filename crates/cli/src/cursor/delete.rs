//! `kith cursor delete`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Remove a named cursor.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith cursor delete warehouse")]
pub(crate) struct Delete {
    /// Name of the cursor.
    name: String,
}

impl Delete {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.client.delete(&["cursors", &self.name]).send().await?;
        let sentence = format!("deleted cursor {}", self.name);
        ctx.output.done(&sentence, &json!({ "name": self.name, "deleted": true }))
    }
}
