//! `kith object drop`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Drop an object for good; one that has records is dropped only when told to.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith object drop contact --with-records")]
pub(crate) struct Drop {
    /// Name of the object.
    object: String,
    /// Drop its records too.
    #[arg(long)]
    with_records: bool,
}

impl Drop {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.delete(&["schema", "objects", &self.object]);
        call.query_if("with_records", self.with_records.then_some(true)).send().await?;
        let sentence = format!("dropped object {}", self.object);
        ctx.output.done(&sentence, &json!({ "name": self.object, "dropped": true }))
    }
}
