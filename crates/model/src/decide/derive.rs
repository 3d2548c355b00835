//! Roll-ups: what a transaction's effects add up to in the records they refer to.
//!
//! Derived fields are journaled by changes of their own, at the end of the
//! transaction, and change neither version nor ETag of their record.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{FieldKind, Object, RollupFunction};
use crate::decide::batch::{Batch, Halt};
use crate::decide::diff;
use crate::decimal::Decimal;
use crate::fault::{Code, Fault};
use crate::id::{FieldNo, ObjectNo, RecordId};
use crate::journal::ChangeKind;
use crate::record::Row;
use crate::value::{Money, Value};

/// What one effect does to the roll-ups of one record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Delta {
    /// One of them changes by so much.
    Adds { parent: ObjectNo, id: RecordId, rollup: FieldNo, count: i64, sum: i128 },
    /// The record goes, and all that was added to it; should it come back within the
    /// transaction, it begins with roll-ups over nothing.
    Goes { parent: ObjectNo, id: RecordId },
}

/// A roll-up over no records.
pub(super) fn zero(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Rollup { function: RollupFunction::Sum { scale, currency: None, .. }, .. } => {
            Value::Decimal(Decimal::zero(*scale))
        }
        FieldKind::Rollup {
            function: RollupFunction::Sum { scale, currency: Some(currency), .. }, ..
        } => Value::Money(Money { amount: Decimal::zero(*scale), currency: *currency }),
        _ => Value::Integer(0),
    }
}

impl Batch<'_> {
    /// Notes what a record that comes, goes or changes does to the roll-ups it feeds.
    pub(super) fn feed_rollups(&mut self, object: &Object, old: Option<&Arc<Row>>, new: Option<&Arc<Row>>) {
        let catalog = self.catalog.clone();
        for source in catalog.rollups_from(object.number) {
            let parent = catalog.object(source.parent);
            let kind =
                parent.and_then(|parent| parent.slot(source.rollup).map(|slot| &parent.fields()[slot].kind));
            let (Some(FieldKind::Rollup { function, .. }), Some(via)) = (kind, object.slot(source.via))
            else {
                continue;
            };
            let share = |row: Option<&Arc<Row>>| {
                let row = row?;
                let link = row.values[via].link().filter(|link| link.object == source.parent)?;
                Some((link.id, amount(function, object, row)))
            };
            let (before, after) = (share(old), share(new));
            if before == after {
                continue;
            }
            for (sign, share) in [(-1, before), (1, after)] {
                let Some((id, sum)) = share else { continue };
                // What is taken from a record that is gone must not count against it
                // when it comes back.
                let is_gone = matches!(self.rows.get(&(source.parent, id)), Some(None));
                if sign > 0 || !is_gone {
                    let (count, sum) = (sign, i128::from(sign) * sum);
                    self.deltas.push(Delta::Adds {
                        parent: source.parent,
                        id,
                        rollup: source.rollup,
                        count,
                        sum,
                    });
                }
            }
        }
        if let (Some(row), None) = (old, new) {
            self.deltas.push(Delta::Goes { parent: object.number, id: row.id });
        }
    }

    /// Brings the roll-ups up to date with what was noted, one change a record.
    pub(super) fn derive(&mut self) -> Result<(), Halt> {
        let mut sums: BTreeMap<(ObjectNo, RecordId), BTreeMap<FieldNo, (i64, i128)>> = BTreeMap::new();
        for delta in &self.deltas {
            match *delta {
                Delta::Adds { parent, id, rollup, count, sum } => {
                    let of = sums.entry((parent, id)).or_default().entry(rollup).or_default();
                    of.0 += count;
                    of.1 += sum;
                }
                Delta::Goes { parent, id } => {
                    sums.remove(&(parent, id));
                }
            }
        }
        let mut missing = false;
        let mut parents = Vec::with_capacity(sums.len());
        for ((object, id), deltas) in sums {
            match self.row(object, id) {
                // A record that goes takes its roll-ups along.
                Ok(None) => {}
                Ok(Some(row)) => parents.push((object, row, deltas)),
                Err(_) => missing = true,
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        for (object, row, deltas) in parents {
            if let Some(object) = self.catalog.object(object).cloned() {
                self.derive_record(&object, &row, &deltas)?;
            }
        }
        self.deltas.clear();
        Ok(())
    }

    fn derive_record(
        &mut self,
        object: &Arc<Object>,
        old: &Arc<Row>,
        deltas: &BTreeMap<FieldNo, (i64, i128)>,
    ) -> Result<(), Halt> {
        let mut new = Row::clone(old);
        let mut slots = Vec::with_capacity(deltas.len());
        for (field, (count, sum)) in deltas {
            let Some(slot) = object.slot(*field) else { continue };
            let value = added(&old.values[slot], *count, *sum).ok_or_else(|| {
                let name = format!("{}.{}", object.name, object.fields()[slot].name);
                let message = format!("the roll-up `{name}` would have more than 18 digits");
                Fault::new(Code::OutOfRange, message)
            })?;
            if value != old.values[slot] {
                new.values[slot] = value;
                slots.push(slot);
            }
        }
        if slots.is_empty() {
            return Ok(());
        }
        let new = Arc::new(new);
        let diff = diff::updated(object, old, &new, &slots, &self.catalog);
        self.rows.set((object.number, new.id), Some(new.clone()));
        self.record_change(ChangeKind::RecordDerived, Some((object.number, Some(new.id))), new.version, diff);
        Ok(())
    }
}

/// What one record adds to a sum, scaled; nothing for a count.
fn amount(function: &RollupFunction, object: &Object, row: &Row) -> i128 {
    let RollupFunction::Sum { of, currency, .. } = function else { return 0 };
    match object.slot(*of).map(|slot| &row.values[slot]) {
        Some(Value::Integer(number)) => i128::from(*number),
        Some(Value::Decimal(decimal)) => i128::from(decimal.unscaled()),
        Some(Value::Money(money)) if Some(money.currency) == *currency => i128::from(money.amount.unscaled()),
        _ => 0,
    }
}

fn added(value: &Value, count: i64, sum: i128) -> Option<Value> {
    let plus =
        |decimal: Decimal| Decimal::from_wide(i128::from(decimal.unscaled()) + sum, decimal.scale()).ok();
    match value {
        Value::Integer(number) => number.checked_add(count).map(Value::Integer),
        Value::Decimal(decimal) => plus(*decimal).map(Value::Decimal),
        Value::Money(money) => plus(money.amount).map(|amount| Value::Money(Money { amount, ..*money })),
        _ => None,
    }
}
