//! Deleted records as the trash keeps them.

use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::journal::Position;
use kith_model::record::Trashed;
use kith_model::value::Cell;
use tokio_postgres::Row;
use uuid::Uuid;

use super::codec::get;
use super::engine::Postgres;
use crate::error::{Error, Result};
use crate::query::Seen;
use crate::text::record::{TRASH, TRASHED};

impl Postgres {
    pub(crate) async fn trashed(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Option<Trashed>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.prepared(TRASHED).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(|row| trashed(row, 0)).transpose()? })
    }

    pub(crate) async fn trash(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Seen<Vec<Trashed>>> {
        let schema = self.schema(tenant).await?;
        let query = schema
            .once(TRASH)
            .bind_cell(Cell::Integer(i64::from(object.0)))
            .bind_cell(Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(|row| trashed(row, 0)).collect::<Result<_>>()? })
    }
}

/// A row of the trash, from a place on.
pub(super) fn trashed(row: &Row, from: usize) -> Result<Trashed> {
    Ok(Trashed {
        object: object_no(get(row, from)?)?,
        id: RecordId(get(row, from + 1)?),
        group: Position(get(row, from + 2)?),
        root: RecordId(get(row, from + 3)?),
        document: get::<&str>(row, from + 4)?.into(),
    })
}

/// An object's number as it is stored.
pub(super) fn object_no(number: i64) -> Result<ObjectNo> {
    u32::try_from(number).map(ObjectNo).map_err(|_| Error::Corrupt(format!("object number {number}")))
}
