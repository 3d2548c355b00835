//! The journal as consumers read it: whole transactions after a position.

use kith_model::id::{ObjectNo, TenantId};
use kith_model::journal::Position;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;

use super::codec::get;
use super::engine::Postgres;
use super::flight::Call;
use super::journal::{change, record_history, transaction};
use super::read::{Schema, absent};
use crate::error::Result;
use crate::query::{Entry, RecordHistory, Seen, Stretch};
use crate::text::journal::{STRETCH, TRANSACTIONS, changes_of};

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

/// The first position after `$2` of a change of one of the objects `$1`. Only the index
/// by object has this order: asked for equal numbers by position, the planner would hope
/// for an early find and read the journal itself.
const FIRST_OF: &str = "select min(next.position) as position
from unnest($1) as o (number)
cross join lateral (
  select object_no, position
  from {kith_changes}
  where (object_no, position) > (o.number, $2)
  order by object_no, position
  limit 1
) as next
where next.object_no = o.number";

impl Postgres {
    pub(crate) async fn changes_of(
        &self,
        tenant: TenantId,
        objects: Vec<ObjectNo>,
        after: Position,
        limit: u32,
    ) -> Result<Seen<Stretch>> {
        let schema = self.schema(tenant).await?;
        let first = schema
            .prepared(FIRST_OF)
            .bind_cells(ColumnKind::Integer, numbers(&objects))
            .bind_cell(Cell::Integer(after.0));
        let Seen { state, value } = self.see(&schema, first).await?;
        let first = value.first().map_or(Ok(None), |row| get::<Option<i64>>(row, 0))?;
        let Some(first) = first else {
            return Ok(Seen { state, value: Stretch::of(Vec::new(), false, state.last_position) });
        };
        // Snapshots of their own: what is committed stays as it is.
        let to = first.saturating_add(STRETCH - 1);
        let Seen { state, value } = self.between(&schema, &objects, (first, to), i64::from(limit)).await?;
        let is_cut = value.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let mut stretch = Stretch::of(value, is_cut, state.last_position);
        if let Some((from, to)) = stretch.missing() {
            let rest = self.between(&schema, &objects, (from.0, to.0), i64::MAX).await?;
            stretch.complete(rest.value, to);
        }
        Ok(Seen { state, value: stretch })
    }

    /// The changes of some objects between two positions, the ends included.
    async fn between(
        &self,
        schema: &Schema,
        objects: &[ObjectNo],
        (from, to): (i64, i64),
        limit: i64,
    ) -> Result<Seen<RecordHistory>> {
        let query = Call::prepared(changes_of(schema.dialect()))
            .bind_cells(ColumnKind::Integer, numbers(objects))
            .bind_cell(Cell::Integer(from))
            .bind_cell(Cell::Integer(to))
            .bind_cell(Cell::Integer(limit));
        let Seen { state, value } = self.see(schema, query).await?;
        Ok(Seen { state, value: record_history(&value)? })
    }

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
        let schema = self.schema(tenant).await?;
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

fn numbers(objects: &[ObjectNo]) -> Vec<Cell<'static>> {
    objects.iter().map(|object| Cell::Integer(i64::from(object.0))).collect()
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
