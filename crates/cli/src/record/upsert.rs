//! `kith record upsert`.

use clap::Args;
use reqwest::Method;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Create the record, or change the one that has this value of a unique field.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith record upsert contact email ada@example.com '{\"name\": \"Ada\"}'")]
pub(crate) struct Upsert {
    /// Name of the object.
    object: String,
    /// Name of the unique field.
    field: String,
    /// Its value.
    value: String,
    #[arg(value_name = "RECORD", help = input::HELP)]
    record: String,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Upsert {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let path = ["records", &self.object, "by", &self.field, &self.value];
        let call = ctx.client.call(Method::PUT, &path).body(input::read(&self.record)?);
        ctx.output.document(&call.header_if("Idempotency-Key", self.idempotency_key).send().await?)
    }
}
