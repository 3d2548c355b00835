//! `kith object drop`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Remove an object: it is hidden and can be restored, unless nothing may be left of it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith object drop contact\n  kith object drop contact --hard --with-records"
)]
pub(crate) struct Drop {
    /// Name of the object.
    object: String,
    /// Drop it for good; one that has records only with `--with-records`.
    #[arg(long)]
    hard: bool,
    /// Drop its records too.
    #[arg(long, requires = "hard")]
    with_records: bool,
}

impl Drop {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.delete(&["schema", "objects", &self.object]);
        let call = call.query_if("hard", self.hard.then_some(true));
        call.query_if("with_records", self.with_records.then_some(true)).send().await?;
        let did = if self.hard { "dropped" } else { "removed" };
        let sentence = format!("{did} object {}", self.object);
        ctx.output.done(&sentence, &json!({ "name": self.object, did: true }))
    }
}
