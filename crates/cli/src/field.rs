//! Commands on the fields of an object.

mod create;
mod drop;
mod update;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with fields.
#[derive(Debug, Subcommand)]
pub(crate) enum Field {
    Create(create::Create),
    Update(update::Update),
    Drop(drop::Drop),
}

impl Field {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(ctx).await,
            Self::Update(command) => command.run(ctx).await,
            Self::Drop(command) => command.run(ctx).await,
        }
    }
}
