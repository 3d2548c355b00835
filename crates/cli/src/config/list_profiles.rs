//! `kith config list-profiles`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::command::Connection;
use crate::exit::Failure;
use crate::output::Output;
use crate::profile::Profiles;

/// List the profiles, without their tokens.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith config list-profiles")]
pub(crate) struct ListProfiles {}

impl ListProfiles {
    pub(super) fn run(self, connection: &Connection) -> Result<(), Failure> {
        let profiles = Profiles::load()?;
        let row = |(name, profile): (&String, &crate::profile::Profile)| {
            json!({
                "name": name,
                "url": profile.url,
                "tenant": profile.tenant,
                "has_token": profile.token.is_some(),
            })
        };
        let rows: Vec<Json> = profiles.all().iter().map(row).collect();
        Output::new(connection.json).page(&json!({ "data": rows, "next_cursor": null }), &[])
    }
}
