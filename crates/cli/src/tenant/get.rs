//! `kith tenant get`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Show a tenant.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith tenant get acme")]
pub(crate) struct Get {
    /// Id or name of the tenant.
    #[arg(value_name = "TENANT")]
    which: String,
}

impl Get {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.output.document(&ctx.client.get(&["tenants", &self.which]).send().await?)
    }
}
