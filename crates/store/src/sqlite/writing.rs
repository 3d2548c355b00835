//! A write transaction: it holds the file's write lock, and so the tenant's row, from
//! its beginning.

use kith_model::catalog::{Catalog, Definition};
use kith_model::decide::{Found, Key, Merged};
use kith_model::journal::{SchemaVersion, TenantState};
use kith_model::value::Cell;
use tokio::sync::OwnedSemaphorePermit;

use super::connection::Connection;
use super::error::{Failure, is_io_failure, unavailable};
use super::registry::Lease;
use super::snapshot::{self, READ_TIME, read_state};
use super::{commit, decode, load, sql};
use crate::error::{Error, Result, WriteError};
use crate::text;

/// A write transaction on SQLite. Dropping it undoes it.
pub struct Writing {
    /// There until the end.
    connection: Option<Connection>,
    lease: Lease,
    /// The right to the writing connection; given back last.
    _permit: OwnedSemaphorePermit,
}

impl Writing {
    /// Takes the write lock and reads the tenant's row.
    pub(super) fn begin(lease: Lease, permit: OwnedSemaphorePermit) -> Result<(Self, TenantState)> {
        let connection = lease.take_writer()?;
        let writing = Self { connection: Some(connection), lease, _permit: permit };
        let state = writing.within(|connection| {
            connection.run("begin immediate")?;
            read_state(connection)
        })?;
        Ok((writing, state))
    }

    /// The definitions whose schema version is later than `since`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn definitions(&mut self, since: SchemaVersion) -> Result<Vec<Definition>> {
        self.within(|connection| {
            let since = [Cell::Integer(since.0)];
            snapshot::all(connection, sql!(text::tenant::DEFINITIONS), &since, decode::definition)
        })
    }

    /// The answers to keys, in the same order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&mut self, catalog: &Catalog, keys: &[Key]) -> Result<Vec<Found>> {
        self.within(|connection| {
            connection.limit(READ_TIME);
            let found = load::load(connection, catalog, keys);
            connection.unlimit();
            found
        })
    }

    /// Writes everything and commits.
    ///
    /// # Errors
    /// [`WriteError`]; nothing is written then, except after [`Error::Unknown`].
    pub async fn commit(mut self, merged: &Merged) -> Result<(), WriteError> {
        self.within(|connection| commit::write(connection, merged))?;
        self.end()?;
        if merged.schema.as_ref().is_some_and(|schema| !schema.steps.is_empty()) {
            self.lease.outdate_readers();
        }
        Ok(())
    }

    /// Undoes and gives the connection back.
    pub async fn rollback(self) {
        drop(self);
    }

    /// Does a small write of our own bookkeeping and commits it.
    pub(super) fn keep<T>(
        mut self,
        state: &TenantState,
        work: impl FnOnce(&Connection, &TenantState) -> Result<T>,
    ) -> Result<T> {
        let value = self.within(|connection| work(connection, state))?;
        self.end().map_err(|error| match error {
            WriteError::Store(error) => error,
            // There is nothing in these tables that the end of a transaction checks.
            error @ (WriteError::Refused { .. } | WriteError::Conflict(_)) => Error::Database(error.into()),
        })?;
        Ok(value)
    }

    /// Commits. What a failed sync leaves on the disk is not known.
    fn end(&mut self) -> Result<(), WriteError> {
        let committed = match &self.connection {
            Some(connection) => connection.run("commit"),
            None => return Ok(()),
        };
        match committed {
            Ok(_) => Ok(()),
            Err(error) if is_io_failure(&error) => {
                self.lease.fence();
                Err(WriteError::Store(Error::Unknown(error.into())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Uses the connection; when the disk fails, the tenant is fenced.
    fn within<T, E: Failure>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let Some(connection) = &self.connection else {
            return Err(unavailable("the transaction is over").into());
        };
        let done = work(connection);
        if done.as_ref().is_err_and(Failure::is_of_the_disk) {
            self.lease.fence();
        }
        done
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A failed statement may have undone the transaction already.
        if connection.raw().is_autocommit() || connection.run("rollback").is_ok() {
            self.lease.put_writer(connection);
        }
    }
}
