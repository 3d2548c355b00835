//! What is noted and not yet derived: net, by record and roll-up.

use std::collections::BTreeMap;

use super::share::Share;
use super::{Delta, Way};
use crate::fault::Fault;
use crate::id::{FieldNo, ObjectNo, RecordId};
use crate::value::Value;

/// What is to be done to roll-ups of one rank.
pub(super) type Level = BTreeMap<(ObjectNo, RecordId), BTreeMap<FieldNo, Change>>;

/// What is to be done to one roll-up.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// It grows by so many and so much, scaled.
    Number { count: i64, amount: i128 },
    /// These records add another value than before.
    Value(BTreeMap<RecordId, Moved>),
}

/// What one record adds to a least or greatest value.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// Before the transaction.
    pub(super) lost: Option<Value>,
    /// By now.
    pub(super) gained: Option<Value>,
}

/// By the rank of the roll-ups, lowest first.
#[derive(Default)]
pub(super) struct Pending(BTreeMap<u8, Level>);

impl Pending {
    /// Adds what one effect does.
    ///
    /// # Errors
    /// That it cannot be told.
    pub(super) fn note(&mut self, delta: Delta) -> Result<(), Fault> {
        match delta {
            Delta::Fails(fault) => return Err(fault),
            Delta::Goes { parent } => {
                for level in self.0.values_mut() {
                    level.remove(&parent);
                }
            }
            Delta::Moves { parent, rollup, rank, from, share, way } => {
                let changes = self.0.entry(rank).or_default().entry(parent).or_default();
                match share {
                    Share::Number { count, amount } => add(changes, rollup, count, amount, way),
                    Share::Value(value) => replace(changes, rollup, from, value, way),
                }
            }
        }
        Ok(())
    }

    /// What stands on the fewest others.
    pub(super) fn take_lowest(&mut self) -> Option<Level> {
        self.0.pop_first().map(|(_, level)| level)
    }
}

fn add(changes: &mut BTreeMap<FieldNo, Change>, rollup: FieldNo, count: i64, amount: i128, way: Way) {
    let change = changes.entry(rollup).or_insert(Change::Number { count: 0, amount: 0 });
    let sign = if way == Way::Gained { 1 } else { -1 };
    if let Change::Number { count: so_many, amount: so_much } = change {
        *so_many += sign * count;
        *so_much += i128::from(sign) * amount;
    }
}

fn replace(changes: &mut BTreeMap<FieldNo, Change>, rollup: FieldNo, from: RecordId, value: Value, way: Way) {
    let change = changes.entry(rollup).or_insert_with(|| Change::Value(BTreeMap::new()));
    let Change::Value(moves) = change else { return };
    match way {
        Way::Gained => moves.entry(from).or_insert(Moved { lost: None, gained: None }).gained = Some(value),
        // Of what it added in the course of the transaction, the first counts.
        Way::Lost => {
            moves.entry(from).or_insert_with(|| Moved { lost: Some(value), gained: None }).gained = None;
        }
    }
}
