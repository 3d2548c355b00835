//! `kith schema rollback`.

use clap::Args;
use serde_json::json;

use super::apply::{How, carry_out};
use super::plan::Aim;
use crate::context::Context;
use crate::exit::Failure;

/// Go back to the schema of an earlier version; what was hidden since comes back with its data.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema rollback 6 --yes")]
pub(crate) struct Rollback {
    /// The version to go back to.
    #[arg(value_name = "VERSION")]
    to: u32,
    #[command(flatten)]
    how: How,
}

impl Rollback {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        carry_out(ctx, &Aim::Body(json!({ "version": self.to })), self.how).await
    }
}
