//! Transactions and changes as rows of the journal, and reading them by record or by
//! position.

use kith_model::id::{RecordId, TenantId};
use kith_model::journal::{Change, ChangeKind, Origin, Position, SchemaVersion, Transaction};
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;

use super::codec::{get, get_time};
use super::engine::Postgres;
use super::trash::object_no;
use crate::error::{Error, Result};
use crate::query::{RecordHistory, Seen};
use crate::text::journal::{HISTORY, TRANSACTION_COLUMNS};

/// The transactions that hold the positions `$1`.
const HOLDING: &str = "select distinct t.first_position, t.last_position, t.at, t.actor, t.origin, t.job, t.trace, t.schema_version
from unnest($1) as p (position)
cross join lateral (
  select first_position, last_position, at, actor, origin, job, trace, schema_version
  from {kith_transactions}
  where first_position <= p.position
  order by first_position desc
  limit 1
) as t
where t.last_position >= p.position
order by t.first_position";

impl Postgres {
    pub(crate) async fn history(
        &self,
        tenant: TenantId,
        record: RecordId,
        after: Position,
        limit: u32,
    ) -> Result<Seen<RecordHistory>> {
        let schema = self.schema(tenant).await?;
        let query = schema
            .prepared(HISTORY)
            .bind_cell(Cell::Uuid(record.0))
            .bind_cell(Cell::Integer(after.0))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: record_history(&value)? })
    }

    pub(crate) async fn transactions(
        &self,
        tenant: TenantId,
        positions: Vec<Position>,
    ) -> Result<Seen<Vec<Transaction>>> {
        let schema = self.schema(tenant).await?;
        let positions = positions.into_iter().map(|position| Cell::Integer(position.0)).collect();
        let query = schema.prepared(HOLDING).bind_cells(ColumnKind::Integer, positions);
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(|row| transaction(row, 0)).collect::<Result<_>>()? })
    }
}

/// Changes, each after the columns of its transaction.
pub(super) fn record_history(rows: &[Row]) -> Result<RecordHistory> {
    rows.iter().map(|row| Ok((transaction(row, 0)?, change(row, TRANSACTION_COLUMNS)?))).collect()
}

/// The transaction whose columns stand in a row from a place on.
pub(super) fn transaction(row: &Row, from: usize) -> Result<Transaction> {
    let text = |index| get::<Option<&str>>(row, index).map(|text| text.map(Box::from));
    let actor: &str = get(row, from + 3)?;
    let origin: &str = get(row, from + 4)?;
    Ok(Transaction {
        first: Position(get(row, from)?),
        last: Position(get(row, from + 1)?),
        at: get_time(row, from + 2)?,
        actor: actor.parse().map_err(|_| Error::Corrupt(format!("actor `{actor}`")))?,
        origin: Origin::parse(origin).ok_or_else(|| Error::Corrupt(format!("origin `{origin}`")))?,
        job: text(from + 5)?,
        trace: text(from + 6)?,
        schema_version: SchemaVersion(get(row, from + 7)?),
    })
}

/// The change whose columns stand in a row from a place on.
pub(super) fn change(row: &Row, from: usize) -> Result<Change> {
    let kind: &str = get(row, from + 2)?;
    Ok(Change {
        position: Position(get(row, from)?),
        transaction: Position(get(row, from + 1)?),
        kind: ChangeKind::parse(kind).ok_or_else(|| Error::Corrupt(format!("change `{kind}`")))?,
        object: get::<Option<i64>>(row, from + 3)?.map(object_no).transpose()?,
        record: get::<Option<_>>(row, from + 4)?.map(RecordId),
        version: get(row, from + 5)?,
        diff: get::<Option<&str>>(row, from + 6)?.map(Box::from),
    })
}
