//! Commands on profiles.

mod list_profiles;
mod remove_profile;
mod set_profile;

use clap::Subcommand;

use crate::command::Connection;
use crate::exit::Failure;

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    SetProfile(set_profile::SetProfile),
    ListProfiles(list_profiles::ListProfiles),
    RemoveProfile(remove_profile::RemoveProfile),
}

impl Config {
    pub(crate) fn run(self, connection: &Connection) -> Result<(), Failure> {
        match self {
            Self::SetProfile(command) => command.run(connection),
            Self::ListProfiles(command) => command.run(connection),
            Self::RemoveProfile(command) => command.run(connection),
        }
    }
}
