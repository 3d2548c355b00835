//! Housekeeping of the journal and of kept answers.

use kith_model::id::TenantId;
use kith_model::journal::{Position, TenantState};
use kith_model::time::Timestamp;
use kith_model::value::Cell;

use super::connection::Connection;
use super::engine::Sqlite;
use super::{decode, snapshot, sql};
use crate::error::Result;
use crate::text;

impl Sqlite {
    /// See [`crate::Store::retain`].
    ///
    /// # Errors
    /// See there.
    pub async fn retain(&self, tenant: TenantId, before: Timestamp, limit: u32) -> Result<u64> {
        self.write(tenant, move |connection, state| {
            let Some(end) = end_of_expired(connection, state, before, limit)? else { return Ok(0) };
            let removed = connection.prepare(sql!(text::journal::REMOVE_CHANGES))?.execute([end.next().0])?;
            connection.prepare(sql!(text::journal::SET_FIRST_POSITION))?.execute([end.next().0])?;
            Ok(removed as u64)
        })
        .await
    }

    /// See [`crate::Store::forget_answers`].
    ///
    /// # Errors
    /// See there.
    pub async fn forget_answers(&self, tenant: TenantId, before: Timestamp, limit: u32) -> Result<u64> {
        self.write(tenant, move |connection, _| {
            let cells = [Cell::Timestamp(before), Cell::Integer(i64::from(limit))];
            let keys = snapshot::all(connection, sql!(text::journal::OLD_ANSWERS), &cells, |row| {
                decode::text(row, 0).map(str::to_owned)
            })?;
            let mut forget = connection.prepare("delete from kith_answers where key = ?1")?;
            for key in &keys {
                forget.execute([key])?;
            }
            Ok(keys.len() as u64)
        })
        .await
    }
}

/// Where the transactions that may go end: whole ones, within `limit` changes, but at
/// least one.
fn end_of_expired(
    connection: &Connection,
    state: &TenantState,
    before: Timestamp,
    limit: u32,
) -> Result<Option<Position>> {
    let first = state.first_position;
    if first > state.last_position {
        return Ok(None);
    }
    let cells = [Cell::Integer(first.0), Cell::Timestamp(before), Cell::Integer(i64::from(limit.max(1)))];
    let ends =
        snapshot::all(connection, sql!(text::journal::EXPIRED), &cells, |row| decode::position(row, 0))?;
    let bound = Position(first.0.saturating_add(i64::from(limit)));
    let within = ends.iter().take_while(|end| **end < bound).last();
    Ok(within.or(ends.first()).copied())
}
