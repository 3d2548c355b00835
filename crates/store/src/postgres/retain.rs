//! Housekeeping: removing what is older than its retention.

use kith_model::id::TenantId;
use kith_model::journal::{Position, TenantState};
use kith_model::time::Timestamp;
use kith_model::value::Cell;
use tokio_postgres::Row;

use super::codec::get;
use super::engine::Postgres;
use super::error::failed;
use super::flight::Call;
use super::read::absent;
use crate::error::Result;
use crate::text::journal::{EXPIRED, OLD_ANSWERS, REMOVE_CHANGES, SET_FIRST_POSITION};

impl Postgres {
    pub(crate) async fn retain(&self, tenant: TenantId, before: Timestamp, limit: u32) -> Result<u64> {
        let schema = self.schema(tenant).await?;
        let (mut writing, state) = self.grant(tenant).await?;
        let expired = schema
            .once(EXPIRED)
            .bind_cell(Cell::Integer(state.first_position.0))
            .bind_cell(Cell::Timestamp(before))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let expired = writing.connection.fly(&[expired]).await.map_err(failed)?;
        let first = first_kept(state, &expired[0], i64::from(limit))?;
        if first <= state.first_position {
            writing.rollback().await;
            return Ok(0);
        }
        let calls = [
            schema.once(REMOVE_CHANGES).bind_cell(Cell::Integer(first.0)),
            schema.once(SET_FIRST_POSITION).bind_cell(Cell::Integer(first.0)),
            Call::plain("commit"),
        ];
        writing.connection.fly(&calls).await.map_err(failed)?;
        writing.connection.end();
        // Positions have no gaps.
        Ok(u64::try_from(first.0 - state.first_position.0).unwrap_or(0))
    }

    pub(crate) async fn forget_answers(
        &self,
        tenant: TenantId,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64> {
        let delete = format!("delete from {{kith_answers}}\nwhere key in (\n{OLD_ANSWERS}\n)\nreturning key");
        let call = self
            .schema(tenant)
            .await?
            .once(&delete)
            .bind_cell(Cell::Timestamp(before))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(u64::try_from(rows[0].len()).unwrap_or(u64::MAX))
    }
}

/// Where the journal begins once the ends of expired transactions (in order) are dealt
/// with: after whole transactions, unless the first alone has more than `limit` changes.
fn first_kept(state: TenantState, expired: &[Row], limit: i64) -> Result<Position> {
    let bound = state.first_position.0.saturating_add(limit);
    let mut first = state.first_position;
    for row in expired {
        let next = get::<i64>(row, 0)?.saturating_add(1);
        if next > bound {
            if first == state.first_position {
                first = Position(bound);
            }
            break;
        }
        first = first.max(Position(next));
    }
    Ok(first)
}
