//! Reads: each in one read transaction that begins with the tenant's row, so that the
//! answer and the state it was read from are of one snapshot.

use std::time::Duration;

use kith_model::catalog::Catalog;
use kith_model::id::TenantId;
use kith_model::journal::TenantState;
use kith_model::value::Cell;
use rusqlite::Row;

use super::cell::bind;
use super::connection::Connection;
use super::engine::{Sqlite, blocking};
use super::{decode, sql};
use crate::error::{Error, Result};
use crate::query::Seen;
use crate::text;

/// A read takes at most this long; a snapshot that stays keeps the log from shrinking.
pub(super) const READ_TIME: Duration = Duration::from_secs(10);

/// One snapshot of one tenant.
pub(super) struct Snapshot<'c> {
    connection: &'c Connection,
    /// The tenant's row in it.
    pub(super) state: TenantState,
}

impl Sqlite {
    /// Runs a query on a snapshot, where it may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        tenant: TenantId,
        query: impl FnOnce(&Snapshot<'_>) -> Result<T> + Send + 'static,
    ) -> Result<Seen<T>> {
        let lease = self.registry().lease(tenant).await?;
        let permit = lease.wait_to_read().await?;
        blocking(move || {
            let reader = lease.take_reader()?;
            reader.limit(READ_TIME);
            let seen = in_snapshot(&reader, query);
            reader.unlimit();
            // One that cannot end its transaction is closed instead.
            if reader.run("rollback").is_ok() {
                lease.put_reader(reader);
            } else {
                lease.close_reader(reader);
            }
            drop(permit);
            seen
        })
        .await
    }
}

fn in_snapshot<T>(reader: &Connection, query: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<Seen<T>> {
    reader.run("begin")?;
    let state = read_state(reader)?;
    let value = query(&Snapshot { connection: reader, state })?;
    Ok(Seen { state, value })
}

/// The tenant's row.
pub(super) fn read_state(connection: &Connection) -> Result<TenantState> {
    let mut statement = connection.prepare(sql!(text::tenant::STATE))?;
    let mut rows = statement.raw_query();
    match rows.next()? {
        Some(row) => decode::state(row),
        None => Err(Error::Corrupt("the tenant's row is missing".to_owned())),
    }
}

impl Snapshot<'_> {
    /// The connection, inside the read transaction.
    pub(super) fn connection(&self) -> &Connection {
        self.connection
    }

    /// Refuses a catalog that is not the one in force.
    pub(super) fn expect(&self, catalog: &Catalog) -> Result<()> {
        if catalog.version() == self.state.schema_version { Ok(()) } else { Err(Error::SchemaChanged) }
    }

    /// All rows of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        cells: &[Cell<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        all(self.connection, sql, cells, read)
    }

    /// The first row of a query, if it gives any.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        cells: &[Cell<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        first(self.connection, sql, cells, read)
    }
}

/// All rows of a query.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    cells: &[Cell<'_>],
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare(sql)?;
    bind(&mut statement, cells)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row of a query, if it gives any.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    cells: &[Cell<'_>],
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare(sql)?;
    bind(&mut statement, cells)?;
    let mut rows = statement.raw_query();
    rows.next()?.map(read).transpose()
}
