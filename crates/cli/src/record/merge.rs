//! `kith record merge`.

use clap::{Args, ValueEnum};
use serde_json::{Map, json};

use crate::context::Context;
use crate::exit::Failure;

/// Make one record of two: what referred to the other refers to this one from then on.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith record merge contact contact_01h455vb4pex5vsknk084sn02q --from contact_01h455vb4pex5vsknk084sn02r --take email"
)]
pub(crate) struct Merge {
    /// Name of the object.
    object: String,
    /// Id of the record that stays.
    id: String,
    /// Id of the record that goes.
    #[arg(long, value_name = "ID")]
    from: String,
    /// Take this field from the record that goes, null or not; may be repeated.
    #[arg(long, value_name = "FIELD")]
    take: Vec<String>,
    /// Keep this field of the record that stays, null or not; may be repeated.
    #[arg(long, value_name = "FIELD")]
    keep: Vec<String>,
    /// Whose values the other fields have, where both have one [default: into].
    #[arg(long, value_name = "SIDE")]
    default: Option<Side>,
    /// Only if the record that stays is at this version (exit code 4 otherwise).
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
    /// Only if the record that goes is at this version (exit code 4 otherwise).
    #[arg(long, value_name = "VERSION")]
    if_from_version: Option<i64>,
}

/// One of the two records.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Side {
    /// The one that stays.
    Into,
    /// The one that goes.
    From,
}

impl Merge {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let sides =
            self.take.iter().map(|name| (name, "from")).chain(self.keep.iter().map(|name| (name, "into")));
        let fields: Map<_, _> = sides.map(|(name, side)| (name.clone(), json!(side))).collect();
        let mut body = json!({ "from": self.from, "fields": fields });
        match self.default {
            Some(Side::Into) => body["default"] = json!("into"),
            Some(Side::From) => body["default"] = json!("from"),
            None => {}
        }
        if let Some(version) = self.if_from_version {
            body["from_match"] = json!(version);
        }
        let call = ctx.client.post(&["records", &self.object, &self.id, "merge"], body);
        let version = self.if_version.map(|version| format!("\"{version}\""));
        ctx.output.document(&call.header_if("If-Match", version).send().await?)
    }
}
