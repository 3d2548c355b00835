//! Records by the query language.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::TenantId;

use super::{Store, engine};
use crate::error::Result;
use crate::query::{Grouped, Grouping, Listed, Query, Seen};

impl Store {
    /// A page of live records with their places in the order.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn query(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        query: Query,
    ) -> Result<Seen<Vec<Listed>>> {
        engine!(self, query(tenant, catalog, query))
    }

    /// How many live records a query is about, whatever the page.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn count_query(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        query: Query,
    ) -> Result<Seen<i64>> {
        engine!(self, count_query(tenant, catalog, query))
    }

    /// A page of what records come to, group by group.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn groups(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        grouping: Grouping,
    ) -> Result<Seen<Vec<Grouped>>> {
        engine!(self, groups(tenant, catalog, grouping))
    }
}
