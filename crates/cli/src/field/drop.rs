//! `kith field drop`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Remove a field: it is hidden and can be restored, unless nothing may be left of it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith field drop contact phone\n  kith field drop contact phone --hard")]
pub(crate) struct Drop {
    /// Name of the object.
    object: String,
    /// Name of the field.
    field: String,
    /// Drop it for good, and what records hold in it.
    #[arg(long)]
    hard: bool,
}

impl Drop {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.delete(&["schema", "objects", &self.object, "fields", &self.field]);
        call.query_if("hard", self.hard.then_some(true)).send().await?;
        let did = if self.hard { "dropped" } else { "removed" };
        let sentence = format!("{did} field {}.{}", self.object, self.field);
        ctx.output.done(&sentence, &json!({ "name": self.field, did: true }))
    }
}
