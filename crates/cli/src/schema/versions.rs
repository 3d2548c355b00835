//! `kith schema versions`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// List the versions of the schema, the latest first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema versions --limit 10")]
pub(crate) struct Versions {
    /// At most this many.
    #[arg(long)]
    limit: Option<u32>,
    /// Where the page before ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl Versions {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["schema", "versions"]).query_if("limit", self.limit);
        let mut page = call.query_if("cursor", self.cursor).send().await?;
        if !ctx.output.is_json() {
            let rows = page["data"].as_array().map_or(&[][..], Vec::as_slice);
            page["data"] = rows.iter().map(row).collect();
        }
        ctx.output.page(&page, &["version", "at", "actor", "changes"])
    }
}

fn row(version: &Json) -> Json {
    let changes = version["changes"].as_array().into_iter().flatten().map(|change| {
        let part = ["field", "key", "rule", "matching", "object_action"]
            .iter()
            .find_map(|noun| change[*noun].as_str());
        let object = change["object"].as_str().unwrap_or_default();
        let action = change["action"].as_str().unwrap_or_default();
        part.map_or_else(|| format!("{action} {object}"), |part| format!("{action} {object}.{part}"))
    });
    let changes: Vec<String> = changes.collect();
    json!({
        "version": version["version"],
        "at": version["at"],
        "actor": version["actor"],
        "changes": changes.join(", "),
    })
}
