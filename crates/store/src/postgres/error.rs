//! What PostgreSQL answers when it refuses, by SQLSTATE, in the store's words.

use std::error::Error as _;

use tokio_postgres::error::{DbError, SqlState};

use super::flight::Failed;
use crate::error::{Error, WriteError};

/// Shards of Citus are numbered from 102008 on; our own names end in smaller numbers.
const SHARD_DIGITS_MIN: usize = 6;

/// A failed flight of reads or loads, or of anything else but a commit.
pub(super) fn failed(failed: Failed) -> Error {
    meaning(failed.error)
}

/// A failed flight that ends in a commit. `commit` is the commit's place in the flight.
pub(super) fn refused(failed: Failed, commit: usize) -> WriteError {
    let said = failed.error.as_db_error();
    match said.and_then(|said| said.code().code().get(..2).zip(Some(said))) {
        // Integrity; and data or sizes that a type or an index cannot hold, which
        // validation should not let through: one operation's fault in any case.
        Some(("23" | "22" | "54", said)) => {
            WriteError::Refused { constraint: constraint(said), source: Box::new(failed.error) }
        }
        _ => undone_or_unknown(failed, commit).into(),
    }
}

/// The same for a write that no constraint refused.
pub(super) fn undone_or_unknown(failed: Failed, commit: usize) -> Error {
    let Failed { error, index, sent } = failed;
    let is_unknown = match error.as_db_error() {
        // What the server refuses is undone, unless it stopped as it committed.
        Some(said) => index == commit && is_going_away(said.code()),
        // Whatever was not sent was not done.
        None => sent > commit,
    };
    if is_unknown { Error::Unknown(Box::new(error)) } else { meaning(error) }
}

/// Whether the statement may succeed on another connection, if nothing was done yet.
pub(super) fn is_connection_lost(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(said) => is_going_away(said.code()),
        None => error.is_closed() || is_io(error),
    }
}

/// Whether a statement prepared earlier does not fit any more and prepared anew does.
pub(super) fn is_statement_stale(error: &tokio_postgres::Error) -> bool {
    // "cached plan must not change result type", and a statement the server forgot.
    matches!(error.code(), Some(&SqlState::FEATURE_NOT_SUPPORTED | &SqlState::INVALID_SQL_STATEMENT_NAME))
}

pub(super) fn is_unique_violation(error: &tokio_postgres::Error, name: &str) -> bool {
    error
        .as_db_error()
        .is_some_and(|said| *said.code() == SqlState::UNIQUE_VIOLATION && constraint(said) == name)
}

pub(super) fn is_out_of_range(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::NUMERIC_VALUE_OUT_OF_RANGE)
}

/// What an error means, nothing having been committed.
pub(super) fn meaning(error: tokio_postgres::Error) -> Error {
    let Some(code) = error.code() else {
        return if error.is_closed() || is_io(&error) {
            Error::Unavailable(Box::new(error))
        } else {
            Error::Database(Box::new(error))
        };
    };
    if *code == SqlState::DISK_FULL {
        Error::StorageFull(Box::new(error))
    } else if *code == SqlState::QUERY_CANCELED {
        Error::Timeout(Box::new(error))
    } else if [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_COLUMN, SqlState::INVALID_SCHEMA_NAME]
        .contains(code)
    {
        Error::SchemaChanged
    } else if is_going_away(code) || may_pass(code) {
        Error::Unavailable(Box::new(error))
    } else {
        Error::Database(Box::new(error))
    }
}

/// The server, or this connection's end of it, stops.
fn is_going_away(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(code)
}

/// Another transaction, or too many of them, stood in the way.
fn may_pass(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::OUT_OF_MEMORY,
    ]
    .contains(code)
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// The name of the constraint; Citus gives it in the message only, with its shard's number.
fn constraint(said: &DbError) -> String {
    let named = said.constraint().or_else(|| {
        let (_, tail) = said.message().split_once("constraint \"")?;
        tail.split_once('"').map(|(name, _)| name)
    });
    without_shard(named.unwrap_or_default()).to_owned()
}

fn without_shard(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((rest, shard))
            if shard.len() >= SHARD_DIGITS_MIN && shard.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            rest
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::without_shard;

    #[test]
    fn names_lose_their_shard_only() {
        assert_eq!(without_shard("kith_f12_3_102008"), "kith_f12_3");
        assert_eq!(without_shard("kith_f12_3"), "kith_f12_3");
        assert_eq!(without_shard("kith_k7"), "kith_k7");
    }
}
