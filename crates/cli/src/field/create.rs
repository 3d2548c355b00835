//! `kith field create`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Add a field to an object; records that exist have no value in it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith field create contact '{\"name\": \"phone\", \"type\": \"phone\"}'")]
pub(crate) struct Create {
    /// Name of the object.
    object: String,
    #[arg(value_name = "DEFINITION", help = input::HELP)]
    definition: String,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let definition = input::read(&self.definition)?;
        let path = ["schema", "objects", &self.object, "fields"];
        let field = ctx.client.post(&path, definition).send().await?;
        let name = field["name"].as_str().unwrap_or_default();
        ctx.output.done(&format!("created field {}.{name}", self.object), &field)
    }
}
