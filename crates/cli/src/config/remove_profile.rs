//! `kith config remove-profile`.

use clap::Args;
use serde_json::json;

use crate::command::Connection;
use crate::exit::Failure;
use crate::output::Output;
use crate::profile::Profiles;

/// Forget a profile.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith config remove-profile work")]
pub(crate) struct RemoveProfile {
    /// Name of the profile.
    name: String,
}

impl RemoveProfile {
    pub(super) fn run(self, connection: &Connection) -> Result<(), Failure> {
        let mut profiles = Profiles::load()?;
        if !profiles.remove(&self.name) {
            return Err(Failure::usage(format!("no profile `{}`", self.name)));
        }
        profiles.save()?;
        let sentence = format!("removed profile {}", self.name);
        Output::new(connection.json).done(&sentence, &json!({ "name": self.name, "removed": true }))
    }
}
