//! Named cursors: consumers' bookkeeping, not the tenant's state, so not in the journal.

use kith_model::id::TenantId;
use kith_model::journal::Position;

use super::{Store, engine};
use crate::error::Result;
use crate::query::{Cursor, Seen};

impl Store {
    /// A named cursor.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cursor(&self, tenant: TenantId, name: &str) -> Result<Seen<Option<Cursor>>> {
        engine!(self, cursor(tenant, name))
    }

    /// All named cursors, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cursors(&self, tenant: TenantId) -> Result<Seen<Vec<Cursor>>> {
        engine!(self, cursors(tenant))
    }

    /// Makes or moves a named cursor. With `expect`, only if it stands there now
    /// (position 0 also when there is none); answers whether it was moved.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_cursor(
        &self,
        tenant: TenantId,
        cursor: Cursor,
        expect: Option<Position>,
    ) -> Result<bool> {
        engine!(self, put_cursor(tenant, cursor, expect))
    }

    /// Removes a named cursor; answers whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_cursor(&self, tenant: TenantId, name: &str) -> Result<bool> {
        engine!(self, delete_cursor(tenant, name))
    }
}
