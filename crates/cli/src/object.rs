//! Commands on objects.

mod create;
mod drop;
mod get;
mod list;
mod storage;
mod update;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with objects.
#[derive(Debug, Subcommand)]
pub(crate) enum Object {
    Create(create::Create),
    List(list::List),
    Get(get::Get),
    Update(update::Update),
    Drop(drop::Drop),
    Storage(storage::Storage),
}

impl Object {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(ctx).await,
            Self::List(command) => command.run(ctx).await,
            Self::Get(command) => command.run(ctx).await,
            Self::Update(command) => command.run(ctx).await,
            Self::Drop(command) => command.run(ctx).await,
            Self::Storage(command) => command.run(ctx).await,
        }
    }
}
