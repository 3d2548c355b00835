//! `kith job create`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Make a job, which waits for its files, and print it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith job create '{\"kind\": \"load\", \"object\": \"contact\", \"operation\": \"create\", \"format\": \"csv\"}'"
)]
pub(crate) struct Create {
    #[arg(value_name = "JOB", help = input::HELP)]
    job: String,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.post(&["jobs"], input::read(&self.job)?);
        ctx.output.document(&call.header_if("Idempotency-Key", self.idempotency_key).send().await?)
    }
}
