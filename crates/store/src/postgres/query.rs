//! Records by the query language.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::TenantId;
use tokio_postgres::Row;

use super::codec::{cell, get, record};
use super::engine::Postgres;
use super::flight::Call;
use super::read::object_of;
use crate::error::Result;
use crate::query::{Grouped, Grouping, Listed, Query, Seen};
use crate::text;

impl Postgres {
    pub(crate) async fn query(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        query: Query,
    ) -> Result<Seen<Vec<Listed>>> {
        let object = object_of(catalog, query.object)?;
        let statement = text::query::page(self.schema(tenant).await?.dialect(), catalog, object, &query)?;
        let call = statement.cells.into_iter().fold(Call::prepared(statement.sql), Call::bind_cell);
        let Seen { state, value } = self.see_under(tenant, catalog, vec![call]).await?;
        let rows = value.iter().flatten().map(|row| listed(object, &query, row)).collect::<Result<_>>()?;
        Ok(Seen { state, value: rows })
    }

    pub(crate) async fn count_query(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        query: Query,
    ) -> Result<Seen<i64>> {
        let object = object_of(catalog, query.object)?;
        let statement = text::query::count(self.schema(tenant).await?.dialect(), catalog, object, &query)?;
        let call = statement.cells.into_iter().fold(Call::prepared(statement.sql), Call::bind_cell);
        let Seen { state, value } = self.see_under(tenant, catalog, vec![call]).await?;
        let count = value.iter().flatten().next().map(|row| get(row, 0)).transpose()?;
        Ok(Seen { state, value: count.unwrap_or(0) })
    }

    pub(crate) async fn groups(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        grouping: Grouping,
    ) -> Result<Seen<Vec<Grouped>>> {
        let object = object_of(catalog, grouping.object)?;
        let statement =
            text::query::groups(self.schema(tenant).await?.dialect(), catalog, object, &grouping)?;
        let call = statement.cells.into_iter().fold(Call::prepared(statement.sql), Call::bind_cell);
        let Seen { state, value } = self.see_under(tenant, catalog, vec![call]).await?;
        let rows = value.iter().flatten().map(|row| grouped(&grouping, row)).collect::<Result<_>>()?;
        Ok(Seen { state, value: rows })
    }
}

fn grouped(grouping: &Grouping, row: &Row) -> Result<Grouped> {
    let kinds = grouping.aggregate.group_columns().chain(grouping.aggregate.measure_columns());
    let cells = kinds.enumerate().map(|(index, kind)| Ok(cell(row, index, kind)?.into_owned()));
    let cells: Vec<_> = cells.collect::<Result<_>>()?;
    let is_beyond = get(row, cells.len())?;
    Ok(Grouped::of(&grouping.aggregate, cells, is_beyond))
}

fn listed(object: &Object, query: &Query, row: &Row) -> Result<Listed> {
    let first = object.table().columns.len();
    let kinds = query.order.iter().flat_map(|sort| sort.columns.iter());
    let place = kinds.enumerate().map(|(index, kind)| Ok(cell(row, first + index, *kind)?.into_owned()));
    Ok(Listed { row: record(row, 0, object)?, place: place.collect::<Result<_>>()? })
}
