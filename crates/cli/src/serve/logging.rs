//! The log: structured, on stderr.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use crate::exit::Failure;

/// Form of the log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// A line to read.
    Text,
    /// One JSON document a line.
    Json,
}

/// Starts the log.
///
/// # Errors
/// When the filter cannot be read.
pub(super) fn start(format: Format, filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| Failure::usage(format!("`{filter}` is not a log level: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        Format::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        Format::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
    };
    started.map_err(|error| Failure::Local(anyhow::anyhow!("the log cannot be started: {error}")))
}
