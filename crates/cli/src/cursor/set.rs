//! `kith cursor set`.

use clap::Args;
use reqwest::Method;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Make or move a named cursor.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith cursor set warehouse 42 --expect 41")]
pub(crate) struct Set {
    /// Name of the cursor.
    name: String,
    /// Last position that has been dealt with.
    position: i64,
    /// Only if it stands here now (exit code 4 otherwise).
    #[arg(long, value_name = "POSITION")]
    expect: Option<i64>,
}

impl Set {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut body = json!({ "position": self.position });
        if let Some(expect) = self.expect {
            body["expect"] = expect.into();
        }
        let call = ctx.client.call(Method::PUT, &["cursors", &self.name]).body(body);
        ctx.output.document(&call.send().await?)
    }
}
