//! `kith object update`.

use clap::Args;
use reqwest::Method;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Change an object's name, label or description.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith object update contact '{\"label\": \"Person\"}'")]
pub(crate) struct Update {
    /// Name of the object.
    object: String,
    #[arg(value_name = "CHANGES", help = input::HELP)]
    changes: String,
}

impl Update {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.call(Method::PATCH, &["schema", "objects", &self.object]);
        let object = call.body(input::read(&self.changes)?).send().await?;
        ctx.output.done(&format!("updated object {}", self.object), &object)
    }
}
