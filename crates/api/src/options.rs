//! What an operator may set about HTTP. Every default is a bound with its reason.

use std::time::Duration;

use kith_model::limits;

/// Bounds of the HTTP server.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a request may take; long polls and event streams have bounds of their own.
    pub request_timeout: Duration,
    /// How long a client may take to send a request's head; also how long a connection
    /// may stay idle between two requests.
    pub head_timeout: Duration,
    /// How many connections are served at once; more wait to be accepted, so that a
    /// flood exhausts neither file descriptors nor memory.
    pub connections_max: usize,
    /// How long requests may go on once the server is told to stop.
    pub shutdown_grace: Duration,
    /// How often an idle event stream says that it lives, and every stream looks again
    /// whether its token is still good.
    pub heartbeat: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(limits::REQUEST_SECONDS),
            head_timeout: Duration::from_secs(30),
            connections_max: 10_000,
            shutdown_grace: Duration::from_secs(10),
            heartbeat: Duration::from_secs(limits::HEARTBEAT_SECONDS),
        }
    }
}
