//! Commands on jobs: long work on files of rows, step by step. `kith load` is all of them
//! in one.

mod bar;
mod cancel;
mod create;
mod delete;
mod follow;
mod get;
mod list;
mod part;
mod results;
mod send;
mod source;
mod start;
mod upload;
mod wait;

use clap::Subcommand;

pub(crate) use follow::{conclude, follow};
pub(crate) use send::send;
pub(crate) use source::{Kind, Source};

use crate::context::Context;
use crate::exit::Failure;

/// What can be done with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    Create(create::Create),
    List(list::List),
    Get(get::Get),
    Upload(upload::Upload),
    Start(start::Start),
    Wait(wait::Wait),
    Cancel(cancel::Cancel),
    Results(results::Results),
    Delete(delete::Delete),
}

impl Job {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(command) => command.run(ctx).await,
            Self::List(command) => command.run(ctx).await,
            Self::Get(command) => command.run(ctx).await,
            Self::Upload(command) => command.run(ctx).await,
            Self::Start(command) => command.run(ctx).await,
            Self::Wait(command) => command.run(ctx).await,
            Self::Cancel(command) => command.run(ctx).await,
            Self::Results(command) => command.run(ctx).await,
            Self::Delete(command) => command.run(ctx).await,
        }
    }
}
