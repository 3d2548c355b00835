//! `kith token create`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Create a token of the tenant and print it; it is shown only this once.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith token create 'nightly import' --json")]
pub(crate) struct Create {
    /// What the token is for.
    name: String,
    /// What it may do beyond what every token may: `import` lets it say when and by whom
    /// records were made elsewhere.
    #[arg(long = "right", value_name = "RIGHT")]
    rights: Vec<String>,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Create {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut body = json!({ "name": self.name });
        if !self.rights.is_empty() {
            body["rights"] = json!(self.rights);
        }
        let call = ctx.client.post(&["tokens"], body);
        ctx.output.document(&call.header_if("Idempotency-Key", self.idempotency_key).send().await?)
    }
}
