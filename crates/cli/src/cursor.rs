//! Commands on named cursors.

mod delete;
mod get;
mod list;
mod set;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with named cursors.
#[derive(Debug, Subcommand)]
pub(crate) enum Cursor {
    List(list::List),
    Get(get::Get),
    Set(set::Set),
    Delete(delete::Delete),
}

impl Cursor {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(ctx).await,
            Self::Get(command) => command.run(ctx).await,
            Self::Set(command) => command.run(ctx).await,
            Self::Delete(command) => command.run(ctx).await,
        }
    }
}
