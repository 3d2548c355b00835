//! `kith duplicates list`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// List the pairs of records that are likely to be one, or of one record.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith duplicates list contact --limit 20")]
pub(crate) struct List {
    /// Name of the object.
    object: String,
    /// Of this record only: those that are likely to be it, the likeliest first.
    #[arg(long, value_name = "ID", conflicts_with_all = ["dismissed", "limit", "cursor"])]
    of: Option<String>,
    /// Those of which somebody said that they are two.
    #[arg(long)]
    dismissed: bool,
    /// At most this many on a page.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on where another page ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl List {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        if let Some(id) = &self.of {
            let found = ctx.client.get(&["records", &self.object, id, "duplicates"]).send().await?;
            return ctx.output.page(&found, &["rule", "score", "record"]);
        }
        let call = ctx.client.get(&["duplicates"]).query("object", &self.object);
        let page = call
            .query_if("state", self.dismissed.then_some("dismissed"))
            .query_if("limit", self.limit)
            .query_if("cursor", self.cursor)
            .send()
            .await?;
        ctx.output.page(&page, &["first", "second", "rule", "score", "found_at"])
    }
}
