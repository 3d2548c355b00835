//! `kith tenant create`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Create a tenant and print its id and its first token, which is shown only this once.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith tenant create acme --json")]
pub(crate) struct Create {
    /// Name of the tenant, unique within the organization.
    name: String,
    /// Days for which the journal keeps what changed [default: for ever].
    #[arg(long, value_name = "N")]
    retention_days: Option<u32>,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut body = json!({ "name": self.name });
        if let Some(days) = self.retention_days {
            body["retention_days"] = days.into();
        }
        let call = ctx.client.post(&["tenants"], body).header_if("Idempotency-Key", self.idempotency_key);
        ctx.output.document(&call.send().await?)
    }
}
