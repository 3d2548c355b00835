//! The write transactions of the two engines behind one door.

use kith_model::catalog::{Catalog, Definition};
use kith_model::decide::{Found, Key, Merged};
use kith_model::journal::SchemaVersion;

use crate::error::{Result, WriteError};
use crate::store::engine;
use crate::{postgres, sqlite};

/// A write transaction that holds its tenant's row. Dropping it undoes it.
pub enum Transaction {
    /// On SQLite.
    Sqlite(sqlite::Writing),
    /// On PostgreSQL.
    Postgres(postgres::Writing),
}

impl Transaction {
    /// The definitions whose schema version is later than `since`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn definitions(&mut self, since: SchemaVersion) -> Result<Vec<Definition>> {
        engine!(self, definitions(since))
    }

    /// The answers to keys, in the same order, in one flight. `catalog` is the one in
    /// force under the lock.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&mut self, catalog: &Catalog, keys: &[Key]) -> Result<Vec<Found>> {
        engine!(self, load(catalog, keys))
    }

    /// Writes everything and commits.
    ///
    /// # Errors
    /// [`WriteError`]; nothing is written then, except after [`crate::Error::Unknown`].
    pub async fn commit(self, merged: &Merged) -> Result<(), WriteError> {
        engine!(self, commit(merged))
    }

    /// Undoes and gives the connection back.
    pub async fn rollback(self) {
        engine!(self, rollback());
    }
}
