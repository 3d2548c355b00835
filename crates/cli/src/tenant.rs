//! Commands on tenants.

mod create;
mod get;
mod list;
mod update;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    Create(create::Create),
    List(list::List),
    Get(get::Get),
    Update(update::Update),
    Verify(verify::Verify),
}

impl Tenant {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(ctx).await,
            Self::List(command) => command.run(ctx).await,
            Self::Get(command) => command.run(ctx).await,
            Self::Update(command) => command.run(ctx).await,
            Self::Verify(command) => command.run(ctx).await,
        }
    }
}
