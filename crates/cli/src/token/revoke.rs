//! `kith token revoke`.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// End a token: it is refused from now on.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith token revoke token_01h455vb4pex5vsknk084sn02q")]
pub(crate) struct Revoke {
    /// Id of the token.
    #[arg(value_name = "TOKEN_ID")]
    id: String,
}

impl Revoke {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        ctx.client.delete(&["tokens", &self.id]).send().await?;
        let sentence = format!("revoked {}", self.id);
        ctx.output.done(&sentence, &json!({ "id": self.id, "revoked": true }))
    }
}
