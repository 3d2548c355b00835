//! `kith duplicates scan`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Compare all records of an object with each other, and note the pairs that are likely
/// to be one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith duplicates scan contact")]
pub(crate) struct Scan {
    /// Name of the object.
    object: String,
}

impl Scan {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let (mut records, mut cursor) = (0, None::<String>);
        loop {
            let call = ctx.client.post(&["duplicates", "scan"], json!({ "object": self.object }));
            let page = call.query_if("cursor", cursor).send().await?;
            records += page["records"].as_u64().unwrap_or_default();
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        let sentence = format!("compared {records} records; kith duplicates list {}", self.object);
        ctx.output.done(&sentence, &json!({ "records": records }))
    }
}
