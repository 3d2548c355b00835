//! What every client command is handed: the server to ask and the way to answer.

use crate::client::Client;
use crate::command::Connection;
use crate::exit::Failure;
use crate::output::Output;
use crate::profile::Profiles;

/// The server and the output of one run.
#[derive(Debug)]
pub(crate) struct Context {
    /// The server.
    pub(crate) client: Client,
    /// Where answers go, and in which form.
    pub(crate) output: Output,
}

impl Context {
    /// Puts flags, environment and profile together; what is empty counts as not given.
    ///
    /// # Errors
    /// When the profile file cannot be read or does not have the profile that was named,
    /// or the address is not one that can be asked.
    pub(crate) fn new(connection: &Connection) -> Result<Self, Failure> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let profile = Profiles::load()?.choose(given(&connection.profile).as_deref())?;
        let client = Client::new(
            given(&connection.url).or(profile.url),
            given(&connection.token).or(profile.token),
            given(&connection.tenant).or(profile.tenant),
        )?;
        Ok(Self { client, output: Output::new(connection.json) })
    }
}
