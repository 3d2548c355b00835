//! `kith batch`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Send many operations on records in one request.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  kith batch '{\"operations\": [{\"op\": \"create\", \"object\": \"contact\", \"record\": {\"name\": \"Ada\"}}]}'")]
pub(crate) struct Batch {
    #[arg(value_name = "BATCH", help = input::HELP)]
    batch: String,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Batch {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.post(&["batch"], input::read(&self.batch)?);
        let answer = call.header_if("Idempotency-Key", self.idempotency_key).send().await?;
        if ctx.output.is_json() {
            return ctx.output.json_line(&answer);
        }
        let results = answer["results"].as_array().map_or(&[][..], Vec::as_slice);
        let rows: Vec<Json> = results.iter().map(row).collect();
        ctx.output.table(&rows, &["status", "object", "id", "version", "error"])
    }
}

fn row(result: &Json) -> Json {
    let mut row = json!({});
    for member in ["status", "object", "id", "version"] {
        row[member] = result[member].clone();
    }
    row["error"] = result["error"]["detail"].clone();
    row
}
