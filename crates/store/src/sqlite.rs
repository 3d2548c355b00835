//! The embedded engine: one SQLite file per tenant and one control file, in a folder
//! that one process owns.
//!
//! Commits never run a checkpoint, a thread of its own does. Tenants are opened when
//! they are used and closed when they are idle or when too many are open. Everything
//! here blocks; reads and housekeeping are put on the runtime's blocking threads, and a
//! lane calls [`Writing`] from one of them.

mod cell;
mod commit;
mod connection;
mod consumer;
mod control;
mod create;
mod decode;
mod engine;
mod error;
mod export;
mod files;
mod folder;
mod housekeeper;
mod jobs;
mod journal;
mod keys;
mod load;
mod matching;
mod query;
mod readers;
mod record;
mod registry;
mod retain;
mod schema;
mod snapshot;
mod tasks;
mod tenant;
mod usage;
mod verify;
mod versions;
mod writing;

#[cfg(test)]
mod tests;

pub use engine::{Options, Sqlite};
pub use writing::Writing;

/// A text shared with PostgreSQL, in this dialect; made once.
macro_rules! sql {
    ($template:expr) => {{
        static TEXT: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| crate::dialect::Dialect::Sqlite.text($template));
        TEXT.as_str()
    }};
}
use sql;
