//! Records by the query language.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::TenantId;

use super::cell;
use super::engine::Sqlite;
use super::record::{find, read_row};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::query::{Grouped, Grouping, Listed, Query, Seen};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::query`].
    ///
    /// # Errors
    /// See there.
    pub async fn query(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        query: Query,
    ) -> Result<Seen<Vec<Listed>>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            let object = find(&catalog, query.object)?;
            let statement = text::query::page(Dialect::Sqlite, &catalog, object, &query)?;
            snapshot.all(&statement.sql, &statement.cells, |row| listed(object, &query, row))
        })
        .await
    }

    /// See [`crate::Store::count_query`].
    ///
    /// # Errors
    /// See there.
    pub async fn count_query(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        query: Query,
    ) -> Result<Seen<i64>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            let object = find(&catalog, query.object)?;
            let statement = text::query::count(Dialect::Sqlite, &catalog, object, &query)?;
            let count = snapshot.first(&statement.sql, &statement.cells, |row| Ok(row.get(0)?))?;
            Ok(count.unwrap_or(0))
        })
        .await
    }

    /// See [`crate::Store::groups`].
    ///
    /// # Errors
    /// See there.
    pub async fn groups(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        grouping: Grouping,
    ) -> Result<Seen<Vec<Grouped>>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            let object = find(&catalog, grouping.object)?;
            let statement = text::query::groups(Dialect::Sqlite, &catalog, object, &grouping)?;
            snapshot.all(&statement.sql, &statement.cells, |row| grouped(&grouping, row))
        })
        .await
    }
}

fn grouped(grouping: &Grouping, row: &rusqlite::Row<'_>) -> Result<Grouped> {
    let kinds = grouping.aggregate.group_columns().chain(grouping.aggregate.measure_columns());
    let cells = kinds.enumerate().map(|(index, kind)| Ok(cell::read(row, index, kind)?.into_owned()));
    let cells: Vec<_> = cells.collect::<Result<_>>()?;
    let is_beyond = row.get(cells.len())?;
    Ok(Grouped::of(&grouping.aggregate, cells, is_beyond))
}

fn listed(object: &Object, query: &Query, row: &rusqlite::Row<'_>) -> Result<Listed> {
    let first = object.table().columns.len();
    let kinds = query.order.iter().flat_map(|sort| sort.columns.iter());
    let place =
        kinds.enumerate().map(|(index, kind)| Ok(cell::read(row, first + index, *kind)?.into_owned()));
    Ok(Listed { row: read_row(object, row)?, place: place.collect::<Result<_>>()? })
}
