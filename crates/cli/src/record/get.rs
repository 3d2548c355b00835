//! `kith record get`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// Show a record.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record get contact contact_01h455vb4pex5vsknk084sn02q --provenance")]
pub(crate) struct Get {
    /// Name of the object.
    object: String,
    /// Id of the record.
    id: String,
    /// Show for each field who set it, when, and through which door.
    #[arg(long)]
    provenance: bool,
    /// Wait until this position of the journal can be read.
    #[arg(long, value_name = "POSITION")]
    min_position: Option<String>,
}

impl Get {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.get(&["records", &self.object, &self.id]);
        let call = call.query_if("provenance", self.provenance.then_some(true));
        let mut record = call.header_if("Kith-Min-Position", self.min_position).send().await?;
        if ctx.output.is_json() {
            return ctx.output.json_line(&record);
        }
        let provenance = record.as_object_mut().and_then(|record| record.remove("provenance"));
        ctx.output.document(&record)?;
        match provenance {
            Some(provenance) => {
                let rows: Vec<Json> = provenance.as_object().into_iter().flatten().map(row).collect();
                ctx.output.text("")?;
                ctx.output.table(&rows, &["set", "position", "at", "actor", "origin"])
            }
            None => Ok(()),
        }
    }
}

/// Who set a field: a row of its own.
fn row((field, origin): (&String, &Json)) -> Json {
    let mut row = origin.clone();
    row["set"] = json!(field);
    if origin["derived"] == true {
        row["origin"] = json!("derived");
    }
    row
}
