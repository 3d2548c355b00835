//! The journal as consumers read it: whole transactions after a position.

use kith_model::id::TenantId;
use kith_model::journal::Position;
use kith_model::value::Cell;
use tokio_postgres::Row;

use super::engine::Postgres;
use super::journal::{change, transaction};
use super::read::{Schema, absent};
use crate::error::Result;
use crate::query::{Entry, Seen};
use crate::text::journal::TRANSACTIONS;

/// The changes after the position `$1` up to the position `$2`, and at least to the end
/// of the transaction that holds the first of them (`$3`).
const CHANGES: &str = "select position, transaction_position, kind, object_no, record_id, version, diff
from {kith_changes}
where position > $1 and position <= (
  select greatest(max(last_position), $2)
  from (
    select last_position
    from {kith_transactions}
    where first_position <= $3
    order by first_position desc
    limit 1
  ) as holder
)
order by position";

impl Postgres {
    pub(crate) async fn changes(
        &self,
        tenant: TenantId,
        after: Position,
        limit: u32,
    ) -> Result<Seen<Vec<Entry>>> {
        let mut after = after;
        loop {
            let seen = self.changes_after(tenant, after, limit).await?;
            // What retention has removed cannot be given. Who asks for it is rare, and
            // is answered by a second flight: the first one tells where to begin.
            let removed = Position(seen.state.first_position.0 - 1);
            if after >= removed {
                return Ok(seen);
            }
            after = removed;
        }
    }

    async fn changes_after(&self, tenant: TenantId, after: Position, limit: u32) -> Result<Seen<Vec<Entry>>> {
        let schema = Schema::of(tenant);
        let next = after.0.saturating_add(1);
        let end = after.0.saturating_add(i64::from(limit.max(1)));
        let transactions =
            schema.prepared(TRANSACTIONS).bind_cell(Cell::Integer(next)).bind_cell(Cell::Integer(end));
        let changes = schema
            .prepared(CHANGES)
            .bind_cell(Cell::Integer(after.0))
            .bind_cell(Cell::Integer(end))
            .bind_cell(Cell::Integer(next));
        let Seen { state, value } =
            self.snapshot(&schema, vec![transactions, changes]).await.map_err(absent)?;
        Ok(Seen { state, value: entries(&value[0], &value[1], after, Position(end))? })
    }
}

/// Transactions with their changes: the first that ends after a place, and those after
/// it that end by another.
fn entries(transactions: &[Row], changes: &[Row], after: Position, end: Position) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::with_capacity(transactions.len());
    for row in transactions {
        let transaction = transaction(row, 0)?;
        if transaction.last <= after {
            continue;
        }
        if transaction.last > end && !entries.is_empty() {
            break;
        }
        entries.push(Entry { transaction, changes: Vec::new() });
    }
    let mut at = 0;
    for row in changes {
        let change = change(row, 0)?;
        while entries.get(at).is_some_and(|entry| entry.transaction.last < change.position) {
            at += 1;
        }
        let Some(entry) = entries.get_mut(at) else { break };
        entry.changes.push(change);
    }
    Ok(entries)
}
