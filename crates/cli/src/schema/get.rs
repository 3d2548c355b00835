//! `kith schema get`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show the whole schema, or one object of it, as JSON.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema get contact")]
pub(crate) struct Get {
    /// Name of an object.
    object: Option<String>,
}

impl Get {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let schema = match self.object.as_deref() {
            Some(object) => ctx.client.get(&["schema", "objects", object]).send().await?,
            None => ctx.client.get(&["schema"]).send().await?,
        };
        // A schema is a document to be kept and sent again: JSON either way.
        ctx.output.done(&format!("{schema:#}"), &schema)
    }
}
