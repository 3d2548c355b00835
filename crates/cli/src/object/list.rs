//! `kith object list`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// List the tenant's objects.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith object list")]
pub(crate) struct List {}

impl List {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut page = ctx.client.get(&["schema", "objects"]).send().await?;
        if !ctx.output.is_json() {
            page["data"] = page["data"].as_array().into_iter().flatten().map(row).collect();
        }
        ctx.output.page(&page, &["name", "label", "prefix", "fields"])
    }
}

fn row(object: &Json) -> Json {
    json!({
        "name": object["name"],
        "label": object["label"],
        "prefix": object["prefix"],
        "fields": object["fields"].as_array().map_or(0, Vec::len),
    })
}
