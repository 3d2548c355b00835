//! `kith object get`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// Show an object: its fields and its keys.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith object get contact")]
pub(crate) struct Get {
    /// Name of the object.
    object: String,
}

impl Get {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut object = ctx.client.get(&["schema", "objects", &self.object]).send().await?;
        if ctx.output.is_json() {
            return ctx.output.json_line(&object);
        }
        let fields = take(&mut object, "fields");
        let keys = take(&mut object, "keys");
        ctx.output.document(&object)?;
        ctx.output.text("")?;
        let rows: Vec<Json> = fields.iter().map(row).collect();
        ctx.output.table(&rows, &["field", "type", "required", "classification", "more"])?;
        if keys.is_empty() {
            return Ok(());
        }
        ctx.output.text("")?;
        ctx.output.table(&keys, &["name", "fields", "unique", "case_insensitive"])
    }
}

fn take(object: &mut Json, member: &str) -> Vec<Json> {
    let members = object.as_object_mut().and_then(|object| object.remove(member));
    members.and_then(|members| members.as_array().cloned()).unwrap_or_default()
}

/// A field's row: what every field has in columns, what belongs to its type in one.
fn row(field: &Json) -> Json {
    let mut more = field.clone();
    if let Some(more) = more.as_object_mut() {
        more.retain(|name, value| {
            !value.is_null()
                && !matches!(
                    name.as_str(),
                    "name" | "type" | "label" | "description" | "required" | "classification"
                )
        });
    }
    json!({
        "field": field["name"],
        "type": field["type"],
        "required": field["required"],
        "classification": field["classification"],
        "more": more,
    })
}
