//! Records for an export, with what of them has changed since its position, each stretch
//! from one short snapshot.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::{JobId, ObjectNo, TenantId};
use kith_model::journal::Position;

use super::{Store, engine};
use crate::error::Result;
use crate::query::{ChangedPage, ExportPage, ExportStretch, Seen};

impl Store {
    /// A stretch of an object's records in order of their ids.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn export(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        stretch: ExportStretch,
    ) -> Result<Seen<ExportPage>> {
        engine!(self, export(tenant, catalog, stretch))
    }

    /// The records of an object that changed after a position and up to another one, those
    /// in a stretch of at most `limit` changes. Each record comes once: where the last of
    /// its changes is.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn export_changed(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        positions: (Position, Position),
        limit: u32,
    ) -> Result<Seen<ChangedPage>> {
        engine!(self, export_changed(tenant, catalog, object, positions, limit))
    }

    /// Forgets the files that a job has written, so that it can begin again. Their content
    /// is of no part then.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop_outputs(&self, tenant: TenantId, job: JobId) -> Result<()> {
        engine!(self, drop_outputs(tenant, job))
    }
}
