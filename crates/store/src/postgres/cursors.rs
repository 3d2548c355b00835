//! Named cursors that consumers keep.

use kith_model::id::TenantId;
use kith_model::journal::Position;
use kith_model::value::Cell;
use tokio_postgres::Row;

use super::codec::{get, get_time};
use super::engine::Postgres;
use super::flight::Call;
use super::read::absent;
use crate::error::Result;
use crate::query::{Cursor, Seen};
use crate::text::consumer::{CURSOR, CURSORS, DELETE_CURSOR, PUT_CURSOR};

/// Moves the cursor `$1` to the position `$2` at the time `$3` if it stands at `$4`.
const MOVE_CURSOR: &str = "update {kith_cursors}
set position = $2, updated_at = $3
where name = $1 and position = $4
returning name";

impl Postgres {
    pub(crate) async fn cursor(&self, tenant: TenantId, name: &str) -> Result<Seen<Option<Cursor>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.prepared(CURSOR).bind_cell(Cell::Text(name.into()));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(cursor).transpose()? })
    }

    pub(crate) async fn cursors(&self, tenant: TenantId) -> Result<Seen<Vec<Cursor>>> {
        let schema = self.schema(tenant).await?;
        let Seen { state, value } = self.see(&schema, schema.once(CURSORS)).await?;
        Ok(Seen { state, value: value.iter().map(cursor).collect::<Result<_>>()? })
    }

    pub(crate) async fn put_cursor(
        &self,
        tenant: TenantId,
        cursor: Cursor,
        expect: Option<Position>,
    ) -> Result<bool> {
        let schema = self.schema(tenant).await?;
        let bind = |call: Call<'static>| {
            call.bind_cell(Cell::Text(cursor.name.clone().into()))
                .bind_cell(Cell::Integer(cursor.position.0))
                .bind_cell(Cell::Timestamp(cursor.updated_at))
        };
        let call = match expect {
            None => bind(schema.prepared(&format!("{PUT_CURSOR}\nreturning name"))),
            // One that does not exist stands at 0.
            Some(Position(0)) => bind(
                schema
                    .prepared(&format!("{PUT_CURSOR}\nwhere {{kith_cursors}}.position = 0\nreturning name")),
            ),
            Some(position) => bind(schema.prepared(MOVE_CURSOR)).bind_cell(Cell::Integer(position.0)),
        };
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn delete_cursor(&self, tenant: TenantId, name: &str) -> Result<bool> {
        let delete = format!("{DELETE_CURSOR}\nreturning name");
        let call = self.schema(tenant).await?.once(&delete).bind_cell(Cell::Text(name.into()));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }
}

fn cursor(row: &Row) -> Result<Cursor> {
    Ok(Cursor { name: get(row, 0)?, position: Position(get(row, 1)?), updated_at: get_time(row, 2)? })
}
