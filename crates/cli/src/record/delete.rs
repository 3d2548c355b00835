//! `kith record delete`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Move a record to the trash, or purge it for good.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record delete contact contact_01h455vb4pex5vsknk084sn02q --hard")]
pub(crate) struct Delete {
    /// Name of the object.
    object: String,
    /// Id of the record.
    id: String,
    /// Purge it, live or from the trash; nothing but the fact stays in the journal.
    #[arg(long)]
    hard: bool,
    /// Only if the record is at this version (exit code 4 otherwise).
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
}

impl Delete {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.delete(&["records", &self.object, &self.id]);
        call.query_if("hard", self.hard.then_some(true))
            .header_if("If-Match", self.if_version.map(|version| format!("\"{version}\"")))
            .send()
            .await?;
        let deed = if self.hard { "purged" } else { "deleted" };
        ctx.output.done(&format!("{deed} {}", self.id), &json!({ "id": self.id, deed: true }))
    }
}
