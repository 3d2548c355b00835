//! Reading records, the trash, the catalog and the tenant's tokens.

use std::collections::HashMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition, Object};
use kith_model::id::{ObjectNo, RecordId, TenantId, TokenId};
use kith_model::journal::{SchemaVersion, TenantState};
use kith_model::record::{Row, Trashed};
use kith_model::value::Cell;
use uuid::Uuid;

use super::engine::Sqlite;
use super::{cell, decode, sql};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::gather::{Answer, Found};
use crate::query::{List, Seen, Token};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::state`].
    ///
    /// # Errors
    /// See there.
    pub async fn state(&self, tenant: TenantId) -> Result<TenantState> {
        self.read(tenant, |_| Ok(())).await.map(|seen| seen.state)
    }

    /// See [`crate::Store::definitions`].
    ///
    /// # Errors
    /// See there.
    pub async fn definitions(&self, tenant: TenantId, since: SchemaVersion) -> Result<Seen<Vec<Definition>>> {
        self.read(tenant, move |snapshot| {
            snapshot.all(sql!(text::tenant::DEFINITIONS), &[Cell::Integer(since.0)], decode::definition)
        })
        .await
    }

    /// See [`crate::Store::token`].
    ///
    /// # Errors
    /// See there.
    pub async fn token(&self, tenant: TenantId, hash: [u8; 32]) -> Result<Seen<Option<Token>>> {
        self.read(tenant, move |snapshot| {
            let mut statement = snapshot.connection().prepare(sql!(text::tenant::TOKEN))?;
            let mut rows = statement.query([hash])?;
            rows.next()?.map(decode::token).transpose()
        })
        .await
    }

    /// See [`crate::Store::token_of`].
    ///
    /// # Errors
    /// See there.
    pub async fn token_of(&self, tenant: TenantId, id: TokenId) -> Result<Seen<Option<Token>>> {
        self.read(tenant, move |snapshot| {
            let found = snapshot.all(sql!(text::tenant::TOKEN_BY_ID), &[Cell::Uuid(id.0)], decode::token)?;
            Ok(found.into_iter().next())
        })
        .await
    }

    /// See [`crate::Store::tokens`].
    ///
    /// # Errors
    /// See there.
    pub async fn tokens(
        &self,
        tenant: TenantId,
        after: Option<TokenId>,
        limit: u32,
    ) -> Result<Seen<Vec<Token>>> {
        let cells = [Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::tenant::TOKENS), &cells, decode::token))
            .await
    }

    /// See [`crate::Store::row`].
    ///
    /// # Errors
    /// See there.
    pub async fn row(
        self: &Arc<Self>,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        id: RecordId,
    ) -> Answer {
        let place = (tenant, object, catalog.version());
        let (engine, catalog) = (Arc::clone(self), Arc::clone(catalog));
        // Many reads of one snapshot wake one thread once.
        let fetch = move |ids| {
            let (engine, catalog) = (Arc::clone(&engine), Arc::clone(&catalog));
            async move { engine.rows(tenant, catalog, object, ids).await }
        };
        self.gathers().row(place, id, fetch).await
    }

    async fn rows(
        &self,
        tenant: TenantId,
        catalog: Arc<Catalog>,
        object: ObjectNo,
        ids: Vec<RecordId>,
    ) -> Found {
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            let object = find(&catalog, object)?;
            let sql = snapshot.connection().by_id_text(object);
            let mut rows = HashMap::with_capacity(ids.len());
            for id in ids {
                if let Some(row) = snapshot.first(&sql, &[Cell::Uuid(id.0)], |row| read_row(object, row))? {
                    rows.insert(id, row);
                }
            }
            Ok(rows)
        })
        .await
    }

    /// See [`crate::Store::list`].
    ///
    /// # Errors
    /// See there.
    pub async fn list(&self, tenant: TenantId, catalog: &Arc<Catalog>, list: List) -> Result<Seen<Vec<Row>>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            let object = find(&catalog, list.object)?;
            let statement = text::record::list(Dialect::Sqlite, object, &list);
            snapshot.all(&statement.sql, &statement.cells, |row| read_row(object, row))
        })
        .await
    }

    /// See [`crate::Store::trashed`].
    ///
    /// # Errors
    /// See there.
    pub async fn trashed(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Option<Trashed>>> {
        self.read(tenant, move |snapshot| {
            snapshot.first(sql!(text::record::TRASHED), &[Cell::Uuid(id.0)], decode::trashed)
        })
        .await
    }

    /// See [`crate::Store::trash`].
    ///
    /// # Errors
    /// See there.
    pub async fn trash(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Seen<Vec<Trashed>>> {
        let cells = [
            Cell::Integer(i64::from(object.0)),
            Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)),
            Cell::Integer(i64::from(limit)),
        ];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::record::TRASH), &cells, decode::trashed))
            .await
    }
}

/// A live object of the catalog in force.
pub(super) fn find(catalog: &Catalog, number: ObjectNo) -> Result<&Arc<Object>> {
    catalog.object(number).ok_or_else(|| Error::Corrupt(format!("there is no object number {number}")))
}

/// The record in a row of its object's table.
pub(super) fn read_row(object: &Object, row: &rusqlite::Row<'_>) -> Result<Row> {
    let columns = object.table().columns.iter().enumerate();
    let cells = columns.map(|(index, column)| cell::read(row, index, column.kind)).collect::<Result<_>>()?;
    object.row(cells).map_err(|why| Error::Corrupt(format!("a record of `{}`: {why}", object.name)))
}
