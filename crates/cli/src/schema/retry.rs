//! `kith schema tasks retry`.

use clap::Args;

use crate::context::Context;
use crate::exit::Failure;

/// Take up a task that has failed, from where it was.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema tasks retry schema_task_01h455vb4pex5vsknk084sn02q")]
pub(crate) struct Retry {
    /// Id of the task.
    id: String,
}

impl Retry {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let path = ["schema", "tasks", &self.id, "retry"];
        ctx.output.document(&ctx.client.call(reqwest::Method::POST, &path).send().await?)
    }
}
