//! `kith object create`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Create an object with its fields and keys.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  kith object create '{\"name\": \"contact\", \"fields\": [{\"name\": \"email\", \"type\": \"email\", \"unique\": true}]}'")]
pub(crate) struct Create {
    #[arg(value_name = "DEFINITION", help = input::HELP)]
    definition: String,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let definition = input::read(&self.definition)?;
        let object = ctx.client.post(&["schema", "objects"], definition).send().await?;
        let name = object["name"].as_str().unwrap_or_default();
        ctx.output.done(&format!("created object {name}"), &object)
    }
}
