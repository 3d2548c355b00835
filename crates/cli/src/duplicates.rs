//! Commands on records that are likely to stand for the same thing.

mod dismiss;
mod list;
mod scan;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with duplicates. (Making one record of two is `kith record merge`.)
#[derive(Debug, Subcommand)]
pub(crate) enum Duplicates {
    List(list::List),
    Scan(scan::Scan),
    Dismiss(dismiss::Dismiss),
}

impl Duplicates {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(ctx).await,
            Self::Scan(command) => command.run(ctx).await,
            Self::Dismiss(command) => command.run(ctx).await,
        }
    }
}
