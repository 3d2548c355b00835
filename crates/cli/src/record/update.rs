//! `kith record update`.

use clap::Args;
use reqwest::Method;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Change fields of a record: null clears a field, what is not named stays.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith record update contact contact_01h455vb4pex5vsknk084sn02q '{\"phone\": null}'"
)]
pub(crate) struct Update {
    /// Name of the object.
    object: String,
    /// Id of the record.
    id: String,
    #[arg(value_name = "CHANGES", help = input::HELP)]
    changes: String,
    /// Only if the record is at this version (exit code 4 otherwise).
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Update {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let call = ctx.client.call(Method::PATCH, &["records", &self.object, &self.id]);
        let call = call
            .body(input::read(&self.changes)?)
            .header_if("If-Match", self.if_version.map(|version| format!("\"{version}\"")))
            .header_if("Idempotency-Key", self.idempotency_key);
        ctx.output.document(&call.send().await?)
    }
}
