//! `kith record restore`.

use clap::Args;
use reqwest::Method;

use crate::context::Context;
use crate::exit::Failure;

/// Bring a record back from the trash, with what its deletion took along.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record restore contact contact_01h455vb4pex5vsknk084sn02q")]
pub(crate) struct Restore {
    /// Name of the object.
    object: String,
    /// Id of the record.
    id: String,
}

impl Restore {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let path = ["records", &self.object, &self.id, "restore"];
        ctx.output.document(&ctx.client.call(Method::POST, &path).send().await?)
    }
}
