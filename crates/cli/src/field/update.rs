//! `kith field update`.

use clap::Args;
use reqwest::Method;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Change a field: its name, its bounds, whether it is required.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith field update contact phone '{\"required\": true}'")]
pub(crate) struct Update {
    /// Name of the object.
    object: String,
    /// Name of the field.
    field: String,
    #[arg(value_name = "CHANGES", help = input::HELP)]
    changes: String,
}

impl Update {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let path = ["schema", "objects", &self.object, "fields", &self.field];
        let call = ctx.client.call(Method::PATCH, &path).body(input::read(&self.changes)?);
        ctx.output.done(&format!("updated field {}.{}", self.object, self.field), &call.send().await?)
    }
}
