//! Reading the journal.

use std::sync::LazyLock;

use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::journal::{Change, Position, Transaction};
use kith_model::value::Cell;

use super::engine::Sqlite;
use super::snapshot::Snapshot;
use super::{decode, sql};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::query::{Entry, RecordHistory, Seen, Stretch};
use crate::text;
use crate::text::journal::STRETCH;

/// See [`text::journal::changes_of`].
static CHANGES_OF: LazyLock<String> = LazyLock::new(|| text::journal::changes_of(Dialect::Sqlite));

impl Sqlite {
    /// See [`crate::Store::changes`].
    ///
    /// # Errors
    /// See there.
    pub async fn changes(&self, tenant: TenantId, after: Position, limit: u32) -> Result<Seen<Vec<Entry>>> {
        self.read(tenant, move |snapshot| {
            let state = &snapshot.state;
            // What retention has removed cannot be given.
            let start = after.next().max(state.first_position);
            if start > state.last_position {
                return Ok(Vec::new());
            }
            let end = end_of_page(snapshot, start, limit)?;
            let range = [Cell::Integer(start.0), Cell::Integer(end.0)];
            let transactions =
                snapshot.all(sql!(text::journal::TRANSACTIONS), &range, decode::transaction)?;
            let changes = snapshot.all(sql!(text::journal::CHANGES), &range, |row| decode::change(row, 0))?;
            Ok(entries(transactions, changes))
        })
        .await
    }

    /// See [`crate::Store::changes_of`].
    ///
    /// # Errors
    /// See there.
    pub async fn changes_of(
        &self,
        tenant: TenantId,
        objects: Vec<ObjectNo>,
        after: Position,
        limit: u32,
    ) -> Result<Seen<Stretch>> {
        self.read(tenant, move |snapshot| {
            let last = snapshot.state.last_position;
            let Some(first) = first_of(snapshot, &objects, after)? else {
                return Ok(Stretch::of(Vec::new(), false, last));
            };
            let numbers: Vec<u32> = objects.iter().map(|object| object.0).collect();
            let numbers = Cell::Text(serde_json::json!(numbers).to_string().into());
            let between = |from: i64, to: i64, limit: i64| {
                let cells = [numbers.clone(), Cell::Integer(from), Cell::Integer(to), Cell::Integer(limit)];
                snapshot.all(&CHANGES_OF, &cells, decode::history)
            };
            let found = between(first.0, first.0.saturating_add(STRETCH - 1), i64::from(limit))?;
            let is_cut = found.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
            let mut stretch = Stretch::of(found, is_cut, last);
            if let Some((from, to)) = stretch.missing() {
                stretch.complete(between(from.0, to.0, i64::MAX)?, to);
            }
            Ok(stretch)
        })
        .await
    }

    /// See [`crate::Store::history`].
    ///
    /// # Errors
    /// See there.
    pub async fn history(
        &self,
        tenant: TenantId,
        record: RecordId,
        after: Position,
        limit: u32,
    ) -> Result<Seen<RecordHistory>> {
        let cells = [Cell::Uuid(record.0), Cell::Integer(after.0), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::journal::HISTORY), &cells, decode::history))
            .await
    }

    /// See [`crate::Store::transactions`].
    ///
    /// # Errors
    /// See there.
    pub async fn transactions(
        &self,
        tenant: TenantId,
        positions: Vec<Position>,
    ) -> Result<Seen<Vec<Transaction>>> {
        let mut positions = positions;
        positions.sort_unstable();
        self.read(tenant, move |snapshot| {
            let mut found: Vec<Transaction> = Vec::new();
            for position in positions {
                if found.last().is_some_and(|last| position <= last.last) {
                    continue;
                }
                let holder = transaction_at(snapshot, position)?;
                found.extend(holder.filter(|transaction| position <= transaction.last));
            }
            Ok(found)
        })
        .await
    }
}

/// The first position after a place at which one of these objects changed.
fn first_of(snapshot: &Snapshot<'_>, objects: &[ObjectNo], after: Position) -> Result<Option<Position>> {
    let mut first: Option<Position> = None;
    for object in objects {
        let cells = [Cell::Integer(i64::from(object.0)), Cell::Integer(after.0)];
        let own = snapshot.first(sql!(text::journal::FIRST_OF), &cells, |row| Ok(Position(row.get(0)?)))?;
        first = match (first, own) {
            (Some(first), Some(own)) => Some(first.min(own)),
            (first, own) => first.or(own),
        };
    }
    Ok(first)
}

/// The last position of the last transaction that is whole within `limit` changes from
/// `start` on, but of the first one in any case. Positions are gapless.
fn end_of_page(snapshot: &Snapshot<'_>, start: Position, limit: u32) -> Result<Position> {
    let beyond = Position(start.0.saturating_add(i64::from(limit)));
    if beyond > snapshot.state.last_position {
        return Ok(snapshot.state.last_position);
    }
    let cut = transaction_at(snapshot, beyond)?;
    Ok(match cut {
        Some(cut) if cut.first > start => Position(cut.first.0 - 1),
        Some(cut) => cut.last,
        None => snapshot.state.last_position,
    })
}

fn transaction_at(snapshot: &Snapshot<'_>, position: Position) -> Result<Option<Transaction>> {
    snapshot.first(sql!(text::journal::TRANSACTION_AT), &[Cell::Integer(position.0)], decode::transaction)
}

/// Puts changes to their transactions; both are in order.
fn entries(transactions: Vec<Transaction>, changes: Vec<Change>) -> Vec<Entry> {
    let mut changes = changes.into_iter().peekable();
    let mut entries = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        let mut own = Vec::new();
        while let Some(change) = changes.next_if(|change| change.position <= transaction.last) {
            own.push(change);
        }
        entries.push(Entry { transaction, changes: own });
    }
    entries
}
