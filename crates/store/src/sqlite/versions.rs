//! Versions of the schema: what each changed, and the definitions as they were.

use kith_model::catalog::Definition;
use kith_model::decide::VersionWrite;
use kith_model::id::TenantId;
use kith_model::journal::{Position, SchemaVersion};
use kith_model::time::Timestamp;
use kith_model::value::Cell;
use rusqlite::{Row, params};

use super::connection::Connection;
use super::engine::Sqlite;
use super::{decode, sql};
use crate::ddl::{self, Purged, Remains};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::query::{Seen, Version};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::versions`].
    ///
    /// # Errors
    /// See there.
    pub async fn versions(
        &self,
        tenant: TenantId,
        before: Option<SchemaVersion>,
        limit: u32,
    ) -> Result<Seen<Vec<Version>>> {
        let before = before.map_or(i64::MAX, |before| before.0);
        let cells = [Cell::Integer(before), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::version::VERSIONS), &cells, version)).await
    }

    /// See [`crate::Store::definitions_at`].
    ///
    /// # Errors
    /// See there.
    pub async fn definitions_at(
        &self,
        tenant: TenantId,
        at: SchemaVersion,
    ) -> Result<Seen<Option<Vec<Definition>>>> {
        let cells = [Cell::Integer(at.0)];
        self.read(tenant, move |snapshot| {
            if snapshot.first(sql!(text::version::VERSION), &cells, version)?.is_none() {
                return Ok(None);
            }
            snapshot.all(sql!(text::version::DEFINITIONS_AT), &cells, decode::definition).map(Some)
        })
        .await
    }

    /// See [`crate::Store::remains`].
    ///
    /// # Errors
    /// See there.
    pub async fn remains(&self, tenant: TenantId, purged: Purged) -> Result<Seen<Remains>> {
        self.read(tenant, move |snapshot| {
            let count = |sql: &str| -> Result<i64> {
                Ok(snapshot.first(sql, &[], |row| Ok(row.get(0)?))?.unwrap_or_default())
            };
            let [columns, indexes, constraints, metadata] = ddl::remains(Dialect::Sqlite, &purged);
            Ok(Remains {
                columns: count(&columns)?,
                indexes: count(&indexes)?,
                constraints: count(&constraints)?,
                metadata: count(&metadata)?,
            })
        })
        .await
    }
}

/// Keeps a version with the definitions that it made.
pub(super) fn write(connection: &Connection, made: &VersionWrite) -> Result<()> {
    let VersionWrite { version, position, at, actor, changes } = made;
    connection.prepare(sql!(text::version::PUT_VERSION))?.execute(params![
        version.0,
        position.0,
        at.0,
        actor.to_string(),
        changes
    ])?;
    Ok(())
}

fn version(row: &Row<'_>) -> Result<Version> {
    let actor: String = row.get(3)?;
    let changes: String = row.get(4)?;
    Ok(Version {
        version: SchemaVersion(row.get(0)?),
        position: Position(row.get(1)?),
        at: Timestamp(row.get(2)?),
        actor: actor.parse().map_err(|_| Error::Corrupt(format!("actor `{actor}`")))?,
        changes: changes.into_boxed_str(),
    })
}
