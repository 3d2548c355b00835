//! One record by its id: gathered with others, they are one statement.

use std::collections::HashMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::value::{Cell, ColumnKind};
use uuid::Uuid;

use super::codec::{get, record};
use super::engine::Postgres;
use super::flight::Call;
use super::read::{current, object_of, state};
use crate::dialect::Dialect;
use crate::error::Error;
use crate::gather::{Answer, Found};
use crate::query::Seen;

/// The tenant's row stands before the record's columns.
const STATE_COLUMNS: usize = 6;

impl Postgres {
    pub(crate) async fn row(
        self: &Arc<Self>,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        id: RecordId,
    ) -> Answer {
        let place = (tenant, object, catalog.version());
        let (engine, catalog) = (Arc::clone(self), Arc::clone(catalog));
        let fetch = move |ids| {
            let (engine, catalog) = (Arc::clone(&engine), Arc::clone(&catalog));
            async move { engine.rows(tenant, &catalog, object, ids).await }
        };
        self.gathers.row(place, id, fetch).await
    }

    async fn rows(&self, tenant: TenantId, catalog: &Catalog, object: ObjectNo, ids: Vec<RecordId>) -> Found {
        let object = object_of(catalog, object)?;
        let ids = ids.into_iter().map(|id| Cell::Uuid(id.0)).collect();
        let schema = self.schema(tenant).await?;
        let call = Call::prepared(by_ids(schema.dialect(), object)).bind_cells(ColumnKind::Uuid, ids);
        let answer = match self.reads.read(&[call]).await {
            Ok(mut answer) => answer.pop().unwrap_or_default(),
            Err(error) => return Err(self.moved(tenant, error).await),
        };
        let state = state(answer.first().ok_or(Error::NoTenant)?)?;
        current(state, catalog)?;
        let mut rows = HashMap::with_capacity(answer.len());
        for row in &answer {
            if get::<Option<Uuid>>(row, STATE_COLUMNS)?.is_some() {
                let row = record(row, STATE_COLUMNS, object)?;
                rows.insert(row.id, row);
            }
        }
        Ok(Seen { state, value: rows })
    }
}

/// The tenant's row with the records whose ids are in `$1`: one statement, so one
/// snapshot.
pub(super) fn by_ids(dialect: Dialect<'_>, object: &Object) -> String {
    let columns: Vec<String> =
        object.table().columns.iter().map(|column| format!("t.{}", column.name)).collect();
    let (columns, table) = (columns.join(", "), dialect.table(&object.table().name));
    dialect.text(&format!(
        "select s.history_id, s.last_position, s.first_position, s.last_at, s.schema_version, s.access_version,
  {columns}
from {{kith_state}} as s
left join {table} as t on t.id = any($1)
where s.id = 1"
    ))
}
