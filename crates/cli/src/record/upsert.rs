//! `kith record upsert`.

use clap::Args;
use reqwest::Method;

use crate::context::Context;
use crate::exit::Failure;
use crate::input;

/// Create the record, or change the one that has this value of a unique field, or that
/// stands for this id of another system.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  kith record upsert contact email ada@example.com '{\"name\": \"Ada\"}'
  kith record upsert contact --source salesforce/Contact/003A '{\"name\": \"Ada\"}'")]
pub(crate) struct Upsert {
    /// Name of the object.
    object: String,
    /// Name of the unique field and its value, unless `--source` is given; then the record.
    #[arg(num_args = 1..=3, required = true, value_names = ["FIELD", "VALUE", "RECORD"])]
    rest: Vec<String>,
    /// The record's id in another system, in place of field and value: the system, what it
    /// is there, and its id there (which may have slashes).
    #[arg(long, value_name = "SYSTEM/OBJECT/ID")]
    source: Option<String>,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Upsert {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let rest: Vec<&str> = self.rest.iter().map(String::as_str).collect();
        let (path, record) = match (self.source.as_deref(), rest.as_slice()) {
            (None, [field, value, record]) => (vec!["records", &self.object, "by", field, value], record),
            (Some(source), [record]) => {
                let parts: Vec<&str> = source.splitn(3, '/').collect();
                let [system, object, id] = parts.as_slice() else {
                    return Err(Failure::usage(
                        "`--source` is SYSTEM/OBJECT/ID, as in salesforce/Contact/003A",
                    ));
                };
                (vec!["records", &self.object, "by-source", system, object, id], record)
            }
            (None, _) => {
                return Err(Failure::usage("give FIELD, VALUE and RECORD, or `--source` and RECORD"));
            }
            (Some(_), _) => return Err(Failure::usage("with `--source`, only RECORD follows the object")),
        };
        let call = ctx.client.call(Method::PUT, &path).body(input::read(record)?);
        ctx.output.document(&call.header_if("Idempotency-Key", self.idempotency_key).send().await?)
    }
}
