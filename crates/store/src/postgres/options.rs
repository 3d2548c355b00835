//! How PostgreSQL is reached, and the time limits of every connection.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::error::{Error, Result};

/// Where the database is and how much of it may be used.
#[derive(Clone)]
pub struct Options {
    /// As `tokio-postgres` takes it: `postgres://user@host/database`, or
    /// `host=/run/postgresql user=kith dbname=kith` (a path is a Unix socket).
    pub url: String,
    /// Connections at most, one more for notifications aside: half of them for writes,
    /// half for reads, so that writes that wait for each other cannot starve reads.
    pub connections: usize,
}

/// Two dozen statements at work are more than a small server can run at once.
const CONNECTIONS_DEFAULT: usize = 24;

/// How long a call waits for a connection to come free.
pub(super) const POOL_WAIT: Duration = Duration::from_secs(5);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A peer that does not answer for so long is gone; without it, a commit over a dead
/// network would wait for the kernel's two hours.
const PEER_SILENCE: Duration = Duration::from_secs(20);

/// Time limits in the server, set once as a connection begins: a statement may take as
/// long as a request; a lane waits for its tenant's row a third of that; a node that
/// stalls within a transaction loses the tenant's row.
///
/// All our statements go by key and their plans are kept. A plan made while a table is
/// small would read the whole of it for as long as the statistics are old, so plans
/// that do are discouraged; and compiling a plan costs more than running it.
const SETTINGS: &str = "-c statement_timeout=30s -c lock_timeout=10s \
-c idle_in_transaction_session_timeout=30s -c jit=off -c enable_seqscan=off \
-c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off";

impl Options {
    /// With as many connections as suit a small server.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: CONNECTIONS_DEFAULT }
    }

    pub(super) fn config(&self) -> Result<Config> {
        let mut config: Config = self.url.parse().map_err(|error| Error::Database(Box::new(error)))?;
        if config.get_ssl_mode() == SslMode::Require {
            let reason = "TLS to PostgreSQL is not supported yet: remove `sslmode=require`, \
and reach the server through a Unix socket, a private network or a tunnel";
            return Err(Error::Database(reason.into()));
        }
        let options = match config.get_options() {
            Some(given) => format!("{SETTINGS} {given}"),
            None => SETTINGS.to_owned(),
        };
        config.options(options).connect_timeout(CONNECT_TIMEOUT);
        config.keepalives(true).keepalives_idle(PEER_SILENCE).tcp_user_timeout(PEER_SILENCE);
        if config.get_application_name().is_none() {
            config.application_name("kith");
        }
        Ok(config)
    }
}

impl std::fmt::Debug for Options {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("connections", &self.connections).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Options;
    use crate::error::Error;

    #[test]
    fn refuses_tls_in_words() {
        let refused = Options::new("postgres://kith@localhost/kith?sslmode=require").config();
        let Err(Error::Database(source)) = refused else { panic!("{refused:?}") };
        assert!(source.to_string().contains("TLS"), "{source}");
    }

    #[test]
    fn keeps_the_given_settings_last() {
        let config = Options::new("host=/run/pg user=kith options='-c work_mem=8MB'").config().unwrap();
        let options = config.get_options().unwrap();
        assert!(options.contains("lock_timeout") && options.ends_with("-c work_mem=8MB"), "{options}");
    }

    #[test]
    fn hides_the_address() {
        let shown = format!("{:?}", Options::new("postgres://kith:secret@localhost/kith"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
