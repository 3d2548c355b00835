//! SQLite's errors by meaning.

use rusqlite::ErrorCode;

use crate::error::{Error, WriteError};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            return match error {
                // A column that cannot be read as what we wrote into it.
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..) => Self::Corrupt(error.to_string()),
                error => Self::Database(error.into()),
            };
        };
        match code {
            ErrorCode::DiskFull => Self::StorageFull(error.into()),
            ErrorCode::OperationInterrupted => Self::Timeout(error.into()),
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory => Self::Unavailable(error.into()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt(error.to_string()),
            _ => Self::Database(error.into()),
        }
    }
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        match constraint(&error) {
            Some(constraint) => Self::Refused { constraint, source: error.into() },
            None => Self::Store(error.into()),
        }
    }
}

/// What SQLite says of a broken constraint: the columns of a unique key, the name of a
/// check, and of a foreign key nothing but that it is one.
fn constraint(error: &rusqlite::Error) -> Option<String> {
    let rusqlite::Error::SqliteFailure(failure, message) = error else { return None };
    if failure.code != ErrorCode::ConstraintViolation {
        return None;
    }
    let message = message.as_deref().unwrap_or("constraint failed");
    Some(message.split_once("failed: ").map_or(message, |(_, what)| what).to_owned())
}

/// An error that may come from the disk.
pub(super) trait Failure: From<Error> {
    /// Whether the disk refused to read, write or sync: what memory holds of the file
    /// can then no longer be relied on.
    fn is_of_the_disk(&self) -> bool;
}

impl Failure for Error {
    fn is_of_the_disk(&self) -> bool {
        match self {
            Self::Unavailable(source) => source.downcast_ref::<rusqlite::Error>().is_some_and(is_io_failure),
            _ => false,
        }
    }
}

impl Failure for WriteError {
    fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_of_the_disk())
    }
}

/// Whether the disk refused to read, write or sync.
pub(super) fn is_io_failure(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

/// Whether a constraint was broken.
pub(super) fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// The error of something that is not to be had just now.
pub(super) fn unavailable(message: impl Into<String>) -> Error {
    let message: String = message.into();
    Error::Unavailable(message.into())
}

/// The error of a file operation.
pub(super) fn from_io(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Error::StorageFull(error.into()),
        _ => Error::Unavailable(error.into()),
    }
}
