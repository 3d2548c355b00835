//! `kith record create`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Create a record and print it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record create contact '{\"email\": \"ada@example.com\"}'")]
pub(crate) struct Create {
    /// Name of the object.
    object: String,
    #[arg(value_name = "RECORD", help = input::HELP)]
    record: String,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.post(&["records", &self.object], input::read(&self.record)?);
        ctx.output.document(&call.header_if("Idempotency-Key", self.idempotency_key).send().await?)
    }
}
