//! The cursors that consumers keep.

use kith_model::id::TenantId;
use kith_model::journal::Position;
use kith_model::value::Cell;

use super::cell::bind;
use super::engine::Sqlite;
use super::{decode, snapshot, sql};
use crate::error::Result;
use crate::query::{Cursor, Seen};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::cursor`].
    ///
    /// # Errors
    /// See there.
    pub async fn cursor(&self, tenant: TenantId, name: &str) -> Result<Seen<Option<Cursor>>> {
        let name = Cell::Text(name.to_owned().into());
        self.read(tenant, move |snapshot| {
            snapshot.first(sql!(text::consumer::CURSOR), &[name], decode::cursor)
        })
        .await
    }

    /// See [`crate::Store::cursors`].
    ///
    /// # Errors
    /// See there.
    pub async fn cursors(&self, tenant: TenantId) -> Result<Seen<Vec<Cursor>>> {
        self.read(tenant, |snapshot| snapshot.all(sql!(text::consumer::CURSORS), &[], decode::cursor)).await
    }

    /// See [`crate::Store::put_cursor`].
    ///
    /// # Errors
    /// See there.
    pub async fn put_cursor(
        &self,
        tenant: TenantId,
        cursor: Cursor,
        expect: Option<Position>,
    ) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            let name = Cell::Text(cursor.name.into());
            if let Some(expect) = expect {
                let name = std::slice::from_ref(&name);
                let stands = snapshot::first(connection, sql!(text::consumer::CURSOR), name, decode::cursor)?;
                if stands.map_or(Position(0), |cursor| cursor.position) != expect {
                    return Ok(false);
                }
            }
            let mut statement = connection.prepare(sql!(text::consumer::PUT_CURSOR))?;
            bind(
                &mut statement,
                &[name, Cell::Integer(cursor.position.0), Cell::Timestamp(cursor.updated_at)],
            )?;
            statement.raw_execute()?;
            Ok(true)
        })
        .await
    }

    /// See [`crate::Store::delete_cursor`].
    ///
    /// # Errors
    /// See there.
    pub async fn delete_cursor(&self, tenant: TenantId, name: &str) -> Result<bool> {
        let name = name.to_owned();
        self.write(tenant, move |connection, _| {
            Ok(connection.prepare(sql!(text::consumer::DELETE_CURSOR))?.execute([name])? > 0)
        })
        .await
    }
}
