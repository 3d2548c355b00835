//! Commands on the schema as a whole.

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with the schema.
#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    Get(Get),
}

/// Show the whole schema, or one object of it, as JSON.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema get contact")]
pub(crate) struct Get {
    /// Name of an object.
    object: Option<String>,
}

impl Schema {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let Self::Get(Get { object }) = self;
        let schema = match object.as_deref() {
            Some(object) => ctx.client.get(&["schema", "objects", object]).send().await?,
            None => ctx.client.get(&["schema"]).send().await?,
        };
        // A schema is a document to be kept and sent again: JSON either way.
        ctx.output.done(&format!("{schema:#}"), &schema)
    }
}
