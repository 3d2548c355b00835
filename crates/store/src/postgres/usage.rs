//! What fields are used for.

use kith_model::id::{FieldNo, ObjectNo, TenantId};
use kith_model::usage::{Use, UseKind};
use kith_model::value::Cell;
use tokio_postgres::Row;

use super::codec::{get, get_time};
use super::engine::Postgres;
use super::read::absent;
use crate::error::{Error, Result};
use crate::query::Seen;
use crate::text::usage as text;

/// Statements in one flight.
const FLIGHT: usize = 200;

impl Postgres {
    pub(crate) async fn add_uses(&self, tenant: TenantId, uses: Vec<Use>) -> Result<()> {
        let schema = self.schema(tenant).await?;
        for some in uses.chunks(FLIGHT) {
            let calls = some.iter().map(|each| {
                schema
                    .prepared(text::ADD_USES)
                    .bind_cell(Cell::Integer(each.day))
                    .bind_cell(Cell::Text(each.token.as_str().into()))
                    .bind_cell(Cell::Integer(i64::from(each.object.0)))
                    .bind_cell(Cell::Integer(i64::from(each.field.0)))
                    .bind_cell(Cell::Text(each.kind.as_str().into()))
                    .bind_cell(Cell::Text(each.name.as_str().into()))
                    .bind_cell(Cell::Integer(each.uses))
                    .bind_cell(Cell::Timestamp(each.last_at))
            });
            self.reads.write(&calls.collect::<Vec<_>>()).await.map_err(absent)?;
        }
        Ok(())
    }

    pub(crate) async fn uses(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        since: i64,
    ) -> Result<Seen<Vec<Use>>> {
        let schema = self.schema(tenant).await?;
        let query = schema
            .once(text::USES)
            .bind_cell(Cell::Integer(i64::from(object.0)))
            .bind_cell(Cell::Integer(since));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(one).collect::<Result<_>>()? })
    }

    pub(crate) async fn forget_uses(&self, tenant: TenantId, before: i64) -> Result<()> {
        let call = self.schema(tenant).await?.once(text::FORGET_USES).bind_cell(Cell::Integer(before));
        self.reads.write(&[call]).await.map_err(absent)?;
        Ok(())
    }
}

fn one(row: &Row) -> Result<Use> {
    let corrupt = |what: &str| Error::Corrupt(format!("a use: {what}"));
    let number = |index: usize| -> Result<u32> {
        u32::try_from(get::<i64>(row, index)?).map_err(|_| corrupt("a number"))
    };
    Ok(Use {
        day: get(row, 0)?,
        token: get(row, 1)?,
        object: ObjectNo(number(2)?),
        field: FieldNo(number(3)?),
        kind: UseKind::parse(get(row, 4)?).ok_or_else(|| corrupt("its kind"))?,
        name: get(row, 5)?,
        uses: get(row, 6)?,
        last_at: get_time(row, 7)?,
    })
}
