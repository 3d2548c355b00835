//! Commands on the schema as a whole: reading it, and changing it by a file that a team
//! keeps beside its code.

mod apply;
mod ask;
mod check;
mod diff;
mod file;
mod get;
mod plan;
mod pull;
mod render;
mod retry;
mod rollback;
mod tasks;
mod versions;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with the schema.
#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    Get(get::Get),
    Pull(pull::Pull),
    Plan(plan::Plan),
    Apply(apply::Apply),
    Check(check::Check),
    Diff(diff::Diff),
    Versions(versions::Versions),
    Rollback(rollback::Rollback),
    Tasks(tasks::Tasks),
}

impl Schema {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Get(command) => command.run(ctx).await,
            Self::Pull(command) => command.run(ctx).await,
            Self::Plan(command) => command.run(ctx).await,
            Self::Apply(command) => command.run(ctx).await,
            Self::Check(command) => command.run(ctx).await,
            Self::Diff(command) => command.run(ctx).await,
            Self::Versions(command) => command.run(ctx).await,
            Self::Rollback(command) => command.run(ctx).await,
            Self::Tasks(command) => command.run(ctx).await,
        }
    }
}
