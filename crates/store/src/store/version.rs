//! Versions of the schema, and what is left of what was purged.

use kith_model::catalog::Definition;
use kith_model::id::TenantId;
use kith_model::journal::SchemaVersion;

use super::{Store, engine};
use crate::ddl::{Purged, Remains};
use crate::error::Result;
use crate::query::{Seen, Version};

impl Store {
    /// Versions of the schema before a place, the latest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn versions(
        &self,
        tenant: TenantId,
        before: Option<SchemaVersion>,
        limit: u32,
    ) -> Result<Seen<Vec<Version>>> {
        engine!(self, versions(tenant, before, limit))
    }

    /// All definitions as they were at a version, dropped ones included; none when that
    /// version is not kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn definitions_at(
        &self,
        tenant: TenantId,
        at: SchemaVersion,
    ) -> Result<Seen<Option<Vec<Definition>>>> {
        engine!(self, definitions_at(tenant, at))
    }

    /// What the database has left of something that was purged.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remains(&self, tenant: TenantId, purged: Purged) -> Result<Seen<Remains>> {
        engine!(self, remains(tenant, purged))
    }
}
