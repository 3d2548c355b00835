//! `kith field drop`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Drop a field and what records hold in it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith field drop contact phone")]
pub(crate) struct Drop {
    /// Name of the object.
    object: String,
    /// Name of the field.
    field: String,
}

impl Drop {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.client.delete(&["schema", "objects", &self.object, "fields", &self.field]).send().await?;
        let sentence = format!("dropped field {}.{}", self.object, self.field);
        ctx.output.done(&sentence, &json!({ "name": self.field, "dropped": true }))
    }
}
