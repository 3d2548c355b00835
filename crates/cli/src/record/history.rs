//! `kith record history`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show the changes of a record, oldest first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record history contact contact_01h455vb4pex5vsknk084sn02q")]
pub(crate) struct History {
    /// Name of the object.
    object: String,
    /// Id of the record.
    id: String,
    /// At most this many.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on where another page ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl History {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["records", &self.object, &self.id, "history"]);
        let page = call.query_if("limit", self.limit).query_if("cursor", self.cursor).send().await?;
        ctx.output.page(&page, &["position", "type", "at", "actor", "origin", "version", "fields"])
    }
}
