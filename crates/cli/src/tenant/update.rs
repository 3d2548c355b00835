//! `kith tenant update`.

use clap::Args;
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// Change how long a tenant's journal keeps what changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith tenant update acme --retention-days 365")]
pub(crate) struct Update {
    /// Id or name of the tenant.
    #[arg(value_name = "TENANT")]
    which: String,
    /// Days for which the journal keeps what changed.
    #[arg(long, value_name = "N", required_unless_present = "keep_forever")]
    retention_days: Option<u32>,
    /// Keep everything, for ever.
    #[arg(long, conflicts_with = "retention_days")]
    keep_forever: bool,
}

impl Update {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let days = self.retention_days.map_or(Json::Null, Json::from);
        let call = ctx.client.call(Method::PATCH, &["tenants", &self.which]);
        ctx.output.document(&call.body(json!({ "retention_days": days })).send().await?)
    }
}
