//! `kith config set-profile`.

use clap::Args;
use serde_json::json;

use crate::command::Connection;
use crate::exit::Failure;
use crate::output::Output;
use crate::profile::{DEFAULT, Profiles};

/// Keep --url, --token and --tenant under a name; what is not given stays as it was.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith config set-profile work --url http://kith.internal:7800 --token kith_t_…"
)]
pub(crate) struct SetProfile {
    /// Name of the profile.
    #[arg(default_value = DEFAULT)]
    name: String,
}

impl SetProfile {
    pub(super) fn run(self, connection: &Connection) -> Result<(), Failure> {
        let mut profiles = Profiles::load()?;
        let mut profile = profiles.all().get(&self.name).cloned().unwrap_or_default();
        profile.url = connection.url.clone().or(profile.url);
        profile.token = connection.token.clone().or(profile.token);
        profile.tenant = connection.tenant.clone().or(profile.tenant);
        profiles.set(self.name.clone(), profile);
        profiles.save()?;
        let path = profiles.path().map(|path| path.display().to_string()).unwrap_or_default();
        let sentence = format!("set profile {} in {path}", self.name);
        Output::new(connection.json).done(&sentence, &json!({ "name": self.name, "path": path }))
    }
}
