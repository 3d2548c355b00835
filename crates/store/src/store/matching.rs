//! Reads of match keys, of pairs that are likely to be one, and of merged ids.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::matching::{MatchKey, Pair, PairState};
use kith_model::record::Row;

use super::{Store, engine};
use crate::error::Result;
use crate::query::Seen;

impl Store {
    /// The record into which this one was merged, if it was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn merged_into(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Option<RecordId>>> {
        engine!(self, merged_into(tenant, id))
    }

    /// The live records that are filed under any of these keys, those of the first keys
    /// first, at most as many as are compared with one record.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn filed(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        keys: Vec<MatchKey>,
    ) -> Result<Seen<Vec<Row>>> {
        engine!(self, filed(tenant, catalog, object, keys))
    }

    /// The records that somebody said are not the same as this one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn dismissed(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Vec<RecordId>>> {
        engine!(self, dismissed(tenant, id))
    }

    /// Pairs of an object's records that are likely to be one, in order of their ids.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pairs(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        state: PairState,
        after: Option<(RecordId, RecordId)>,
        limit: u32,
    ) -> Result<Seen<Vec<Pair>>> {
        engine!(self, pairs(tenant, object, state, after, limit))
    }
}
