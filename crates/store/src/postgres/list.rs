//! Pages of an object's records.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::TenantId;
use kith_model::record::Row;

use super::codec::record;
use super::engine::Postgres;
use super::flight::Call;
use super::read::object_of;
use crate::error::Result;
use crate::query::{List, Seen};

impl Postgres {
    pub(crate) async fn list(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        list: List,
    ) -> Result<Seen<Vec<Row>>> {
        let object = object_of(catalog, list.object)?;
        let statement = crate::text::record::list(self.schema(tenant).await?.dialect(), object, &list);
        let query = statement.cells.into_iter().fold(Call::prepared(statement.sql), Call::bind_cell);
        let Seen { state, value } = self.see_under(tenant, catalog, vec![query]).await?;
        let rows = value.iter().flatten().map(|row| record(row, 0, object)).collect::<Result<_>>()?;
        Ok(Seen { state, value: rows })
    }
}
