//! Commands on a tenant's tokens.

mod create;
mod list;
mod revoke;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    Create(create::Create),
    List(list::List),
    Revoke(revoke::Revoke),
}

impl Token {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(ctx).await,
            Self::List(command) => command.run(ctx).await,
            Self::Revoke(command) => command.run(ctx).await,
        }
    }
}
