//! `kith duplicates dismiss`.

use clap::Args;
use reqwest::Method;
use serde_json::json;

use crate::context::Context;
use crate::exit::Failure;

/// Remember that two records are two: nothing names them as a pair again.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith duplicates dismiss contact_01h455vb4pex5vsknk084sn02q contact_01h455vb4pex5vsknk084sn02r"
)]
pub(crate) struct Dismiss {
    /// Id of the one.
    first: String,
    /// Id of the other.
    second: String,
}

impl Dismiss {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let Self { first, second } = self;
        ctx.client.call(Method::POST, &["duplicates", &first, &second, "dismiss"]).send().await?;
        let document = json!({ "first": first, "second": second, "state": "dismissed" });
        ctx.output.done(&format!("{first} and {second} are two"), &document)
    }
}
