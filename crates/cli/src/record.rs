//! Commands on records.

mod create;
mod delete;
mod get;
mod history;
mod list;
mod merge;
mod restore;
mod trash;
mod update;
mod upsert;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with records.
#[derive(Debug, Subcommand)]
pub(crate) enum Record {
    Create(create::Create),
    Get(get::Get),
    List(list::List),
    Update(update::Update),
    Upsert(upsert::Upsert),
    Delete(delete::Delete),
    Restore(restore::Restore),
    Merge(merge::Merge),
    History(history::History),
    Trash(trash::Trash),
}

impl Record {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(ctx).await,
            Self::Get(command) => command.run(ctx).await,
            Self::List(command) => command.run(ctx).await,
            Self::Update(command) => command.run(ctx).await,
            Self::Upsert(command) => command.run(ctx).await,
            Self::Delete(command) => command.run(ctx).await,
            Self::Restore(command) => command.run(ctx).await,
            Self::Merge(command) => command.run(ctx).await,
            Self::History(command) => command.run(ctx).await,
            Self::Trash(command) => command.run(ctx).await,
        }
    }
}
