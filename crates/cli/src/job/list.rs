//! `kith job list`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// List the jobs, the latest first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith job list --limit 5")]
pub(crate) struct List {
    /// At most this many.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on where another page ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl List {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["jobs"]).query_if("limit", self.limit);
        let mut page = call.query_if("cursor", self.cursor.as_deref()).send().await?;
        if !ctx.output.is_json() {
            let rows = page["data"].as_array().map_or(&[][..], Vec::as_slice);
            page["data"] = rows.iter().map(row).collect();
        }
        ctx.output.page(&page, &["id", "kind", "object", "state", "done", "failed", "created_at"])
    }
}

fn row(job: &Json) -> Json {
    json!({
        "id": job["id"],
        "kind": job["kind"],
        "object": job["object"],
        "state": job["state"],
        "done": job["rows"]["done"],
        "failed": job["rows"]["failed"],
        "created_at": job["created_at"],
    })
}
