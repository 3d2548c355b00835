//! Match keys, pairs of records that are likely to be one, and ids of merged records.

use std::collections::BTreeSet;
use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::decide::{AliasWrite, Found, MatchWrites};
use kith_model::id::{MatchingNo, ObjectNo, RecordId, TenantId};
use kith_model::limits::{MATCH_BLOCK_MAX, MATCH_COMPARED_MAX, MERGED_IDS_MAX};
use kith_model::matching::{MatchKey, Pair, PairState};
use kith_model::record::Row as Record;
use kith_model::value::Cell;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::connection::Connection;
use super::engine::Sqlite;
use super::record::{find, read_row};
use super::snapshot::{all, first};
use super::{decode, sql};
use crate::dialect::Dialect;
use crate::error::{Error, Result, WriteError};
use crate::query::Seen;
use crate::text::matching as text;

impl Sqlite {
    /// See [`crate::Store::merged_into`].
    ///
    /// # Errors
    /// See there.
    pub async fn merged_into(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Option<RecordId>>> {
        self.read(tenant, move |snapshot| merged_of(snapshot.connection(), id)).await
    }

    /// See [`crate::Store::filed`].
    ///
    /// # Errors
    /// See there.
    pub async fn filed(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        keys: Vec<MatchKey>,
    ) -> Result<Seen<Vec<Record>>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            let object = find(&catalog, object)?;
            let connection = snapshot.connection();
            let mut ids = Vec::new();
            let mut seen = BTreeSet::new();
            for MatchKey { object, matching, key, record: _ } in &keys {
                let found = filed_of(connection, *object, *matching, key)?;
                ids.extend(found.into_iter().filter(|id| seen.insert(*id)));
            }
            let sql = connection.by_id_text(object);
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids.into_iter().take(MATCH_COMPARED_MAX) {
                rows.extend(snapshot.first(&sql, &[Cell::Uuid(id.0)], |row| read_row(object, row))?);
            }
            Ok(rows)
        })
        .await
    }

    /// See [`crate::Store::dismissed`].
    ///
    /// # Errors
    /// See there.
    pub async fn dismissed(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Vec<RecordId>>> {
        self.read(tenant, move |snapshot| dismissed_of(snapshot.connection(), id)).await
    }

    /// See [`crate::Store::pairs`].
    ///
    /// # Errors
    /// See there.
    pub async fn pairs(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        state: PairState,
        after: Option<(RecordId, RecordId)>,
        limit: u32,
    ) -> Result<Seen<Vec<Pair>>> {
        let (first, second) = after.unwrap_or((RecordId(Uuid::nil()), RecordId(Uuid::nil())));
        let cells = [
            Cell::Integer(i64::from(object.0)),
            Cell::Text(state.as_str().into()),
            Cell::Uuid(first.0),
            Cell::Uuid(second.0),
            Cell::Integer(i64::from(limit)),
        ];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::PAIRS), &cells, pair)).await
    }
}

/// The records under a key.
pub(super) fn filed(
    connection: &Connection,
    object: ObjectNo,
    matching: MatchingNo,
    key: &str,
) -> Result<Found> {
    filed_of(connection, object, matching, key).map(Found::Records)
}

fn filed_of(
    connection: &Connection,
    object: ObjectNo,
    matching: MatchingNo,
    key: &str,
) -> Result<Vec<RecordId>> {
    let cells = [
        Cell::Integer(i64::from(object.0)),
        Cell::Integer(i64::from(matching.0)),
        Cell::Text(key.into()),
        limit(MATCH_BLOCK_MAX),
    ];
    all(connection, sql!(text::FILED), &cells, |row| decode::record(row, 0))
}

/// The records that somebody said are not this one.
pub(super) fn dismissed(connection: &Connection, id: RecordId) -> Result<Found> {
    dismissed_of(connection, id).map(Found::Records)
}

fn dismissed_of(connection: &Connection, id: RecordId) -> Result<Vec<RecordId>> {
    all(connection, sql!(text::DISMISSED), &[Cell::Uuid(id.0)], |row| decode::record(row, 0))
}

/// The record that an id stands for.
pub(super) fn merged(connection: &Connection, id: RecordId) -> Result<Found> {
    merged_of(connection, id).map(Found::Record)
}

fn merged_of(connection: &Connection, id: RecordId) -> Result<Option<RecordId>> {
    first(connection, sql!(text::MERGED), &[Cell::Uuid(id.0)], |row| decode::record(row, 0))
}

/// The ids that stand for a record.
pub(super) fn aliases(connection: &Connection, id: RecordId) -> Result<Found> {
    let cells = [Cell::Uuid(id.0), limit(MERGED_IDS_MAX + 1)];
    all(connection, sql!(text::ALIASES), &cells, |row| decode::record(row, 0)).map(Found::Records)
}

fn limit(most: usize) -> Cell<'static> {
    Cell::Integer(i64::try_from(most).unwrap_or(i64::MAX))
}

/// The columns of [`text::FILED_BETWEEN`].
pub(super) fn key(row: &Row<'_>) -> Result<MatchKey> {
    Ok(MatchKey {
        object: ObjectNo(row.get(0)?),
        matching: MatchingNo(row.get(1)?),
        key: decode::text(row, 2)?.into(),
        record: decode::record(row, 3)?,
    })
}

fn pair(row: &Row<'_>) -> Result<Pair> {
    let state = PairState::parse(decode::text(row, 5)?);
    Ok(Pair {
        object: ObjectNo(row.get(0)?),
        first: decode::record(row, 1)?,
        second: decode::record(row, 2)?,
        matching: MatchingNo(row.get(3)?),
        score: row.get(4)?,
        state: state.ok_or_else(|| Error::Corrupt("a pair's state".to_owned()))?,
        found_at: decode::time(row, 6)?,
    })
}

/// Writes what the matching rules make of a write.
pub(super) fn write(connection: &Connection, writes: &MatchWrites) -> Result<(), WriteError> {
    let MatchWrites { unfile, file, pairs, aliases } = writes;
    remove(connection, &text::UNFILE, unfile.iter())?;
    if !file.is_empty() {
        let sql =
            format!("{}\nvalues (?1, ?2, ?3, ?4)\non conflict do nothing", Dialect::Sqlite.text(text::FILE));
        let mut statement = connection.prepare(&sql)?;
        for MatchKey { object, matching, key, record } in file {
            statement.execute(params![object.0, matching.0, key, record.0.as_bytes()])?;
        }
    }
    if !pairs.is_empty() {
        let insert = Dialect::Sqlite.text(text::PAIR);
        let sql = format!("{insert}\nvalues (?1, ?2, ?3, ?4, ?5, ?6, ?7)\n{}", text::PAIR_AGAIN);
        let mut statement = connection.prepare(&sql)?;
        for Pair { object, first, second, matching, score, state, found_at } in pairs {
            let (first, second) = (first.0.as_bytes(), second.0.as_bytes());
            let state = state.as_str();
            statement.execute(params![object.0, first, second, matching.0, score, state, found_at.0])?;
        }
    }
    if !aliases.is_empty() {
        remove(connection, &text::UNPAIR, aliases.iter().map(|alias| &alias.id))?;
        let insert = Dialect::Sqlite.text(text::ALIAS);
        let sql = format!("{insert}\nvalues (?1, ?2, ?3, ?4, ?5)\n{}", text::ALIAS_AGAIN);
        let mut statement = connection.prepare(&sql)?;
        for AliasWrite { id, object, into, position, at } in aliases {
            let (id, into) = (id.0.as_bytes(), into.0.as_bytes());
            statement.execute(params![id, object.0, into, position.0, at.0])?;
        }
    }
    Ok(())
}

/// Removes all that is known of a purged record.
pub(super) fn erase(connection: &Connection, id: RecordId) -> Result<(), WriteError> {
    remove(connection, &text::ERASE, std::iter::once(&id))
}

fn remove<'i>(
    connection: &Connection,
    templates: &[&str],
    ids: impl Iterator<Item = &'i RecordId> + Clone,
) -> Result<(), WriteError> {
    if ids.clone().next().is_none() {
        return Ok(());
    }
    for template in templates {
        let sql = format!("{} = ?1", Dialect::Sqlite.text(template));
        let mut statement = connection.prepare(&sql)?;
        for id in ids.clone() {
            statement.execute([id.0.as_bytes()])?;
        }
    }
    Ok(())
}
