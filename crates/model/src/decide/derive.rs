//! Roll-ups: what a transaction's effects come to in the records they refer to, and in
//! those that these refer to, to the end of the chain.
//!
//! Derived fields are journaled by changes of their own, at the end of the
//! transaction, and change neither version nor ETag of their record.

mod add;
mod extreme;
mod pending;
mod share;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Catalog, FieldKind, Object, RollupSource};
use crate::decide::batch::{Batch, Halt};
use crate::decide::diff;
use crate::expression::{Failure, Given, Own};
use crate::fault::{Code, Fault};
use crate::id::{FieldNo, ObjectNo, RecordId};
use crate::journal::ChangeKind;
use crate::record::Row;
use crate::value::Value;

pub(super) use add::zero;
use pending::{Change, Pending};
use share::{Share, share};

/// What one effect does to the roll-ups of one record.
#[derive(Clone, Debug)]
pub(super) enum Delta {
    /// A record adds to one of them, or no longer does.
    Moves {
        /// The record that has the roll-up.
        parent: (ObjectNo, RecordId),
        /// The roll-up.
        rollup: FieldNo,
        /// How many derived fields it stands on.
        rank: u8,
        /// The record that feeds it.
        from: RecordId,
        /// What that adds, or added.
        share: Share,
        /// Whether it is added or taken away.
        way: Way,
    },
    /// The record goes, and all that was added to it; should it come back within the
    /// transaction, it begins with roll-ups over nothing.
    Goes { parent: (ObjectNo, RecordId) },
    /// What it does cannot be told.
    Fails(Fault),
}

/// Whether a share is added or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// It is added.
    Gained,
    /// It is taken away.
    Lost,
}

/// The rows of the records that are derived, as they were before.
type Before = BTreeMap<(ObjectNo, RecordId), Arc<Row>>;

impl Batch<'_> {
    /// Notes what a record that comes, goes or changes does to the roll-ups it feeds.
    pub(super) fn feed_rollups(&mut self, object: &Object, old: Option<&Arc<Row>>, new: Option<&Arc<Row>>) {
        let catalog = self.catalog.clone();
        for source in catalog.rollups_from(object.number) {
            let given = Given { now: self.at() };
            let shares =
                (shown(&catalog, source, object, old, given), shown(&catalog, source, object, new, given));
            let (before, after) = match shares {
                (Ok(before), Ok(after)) => (before, after),
                (Err(fault), _) | (_, Err(fault)) => {
                    self.deltas.push(Delta::Fails(fault));
                    continue;
                }
            };
            if before == after {
                continue;
            }
            let Some(from) = new.or(old).map(|row| row.id) else { continue };
            for (way, share) in [(Way::Lost, before), (Way::Gained, after)] {
                let Some((id, share)) = share else { continue };
                let parent = (source.parent, id);
                // What is taken from a record that is gone must not count against it
                // when it comes back.
                let is_gone = matches!(self.rows.get(&parent), Some(None));
                if way == Way::Gained || !is_gone {
                    let (rollup, rank) = (source.rollup, source.rank);
                    self.deltas.push(Delta::Moves { parent, rollup, rank, from, share, way });
                }
            }
        }
        if let (Some(row), None) = (old, new) {
            self.deltas.push(Delta::Goes { parent: (object.number, row.id) });
        }
    }

    /// Brings the roll-ups up to date with what was noted, and what follows from that,
    /// one change a record. Those that stand on others come after them, so each is
    /// derived once.
    pub(super) fn derive(&mut self) -> Result<(), Halt> {
        let mut pending = Pending::default();
        let mut before = Before::new();
        loop {
            for delta in self.deltas.drain(..) {
                pending.note(delta)?;
            }
            let Some(level) = pending.take_lowest() else { break };
            self.derive_level(level, &mut before)?;
        }
        for ((number, id), old) in before {
            let (Some(object), Some(Some(new))) =
                (self.catalog.object(number).cloned(), self.rows.get(&(number, id)).cloned())
            else {
                continue;
            };
            let slots =
                (0..new.values.len()).filter(|slot| !is_shown_alike(&old.values[*slot], &new.values[*slot]));
            let slots: Vec<usize> = slots.collect();
            if slots.is_empty() {
                continue;
            }
            let diff = diff::updated(&object, &old, &new, &slots, &self.catalog);
            self.record_change(ChangeKind::RecordDerived, Some((number, Some(id))), new.version, diff);
        }
        Ok(())
    }

    /// Derives the records of one level, once all that this takes is there.
    fn derive_level(&mut self, level: pending::Level, before: &mut Before) -> Result<(), Halt> {
        let mut missing = false;
        let mut parents = Vec::with_capacity(level.len());
        for ((number, id), changes) in level {
            let found = self.row(number, id);
            match (found, self.catalog.object(number).cloned()) {
                (Err(_), _) => missing = true,
                (Ok(Some(row)), Some(object)) => parents.push((object, row, changes)),
                // A record that goes takes its roll-ups along.
                (Ok(_), _) => {}
            }
        }
        let mut derived = Vec::with_capacity(parents.len());
        for (object, row, changes) in parents {
            match self.derived_values(&object, &row, changes) {
                Ok(values) if values.is_empty() => {}
                Ok(values) => derived.push((object, row, values)),
                Err(Halt::Missing) => missing = true,
                Err(halt) => return Err(halt),
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        for (object, old, values) in derived {
            let mut new = Row::clone(&old);
            let mut slots: Vec<usize> = values.iter().map(|(slot, _)| *slot).collect();
            values.into_iter().for_each(|(slot, value)| new.values[slot] = value);
            let computed = self.recompute(&object, &mut new, &mut slots);
            match computed.and_then(|()| self.check_unique(&object, Some(&old), &new)) {
                Ok(()) => {}
                Err(Halt::Missing) => {
                    missing = true;
                    continue;
                }
                Err(halt) => return Err(halt),
            }
            before.entry((object.number, old.id)).or_insert_with(|| old.clone());
            self.put(&object, Some(&old), Some(&Arc::new(new)));
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }

    /// The roll-ups of a record that change, by slot.
    fn derived_values(
        &mut self,
        object: &Object,
        row: &Row,
        changes: BTreeMap<FieldNo, Change>,
    ) -> Result<Vec<(usize, Value)>, Halt> {
        let mut values = Vec::with_capacity(changes.len());
        let mut missing = false;
        for (number, change) in changes {
            let Some(slot) = object.slot(number) else { continue };
            let (field, present) = (&object.fields()[slot], &row.values[slot]);
            let value = match change {
                Change::Number { count, amount } => add::added(&field.kind, present, count, amount),
                Change::Value(moves) => match self.extreme(object, slot, row, &moves) {
                    Ok(value) => Some(value),
                    Err(Halt::Missing) => {
                        missing = true;
                        continue;
                    }
                    Err(halt) => return Err(halt),
                },
            };
            let value = value.ok_or_else(|| {
                let name = format!("{}.{}", object.name, field.name);
                Fault::new(Code::OutOfRange, format!("the roll-up `{name}` would have more than 18 digits"))
            })?;
            if value != *present {
                values.push((slot, value));
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(values) }
    }
}

/// Whether nobody can tell two values apart: what an average is rounded from is not shown.
fn is_shown_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Average(one), Value::Average(other)) => one.value == other.value,
        (one, other) => one == other,
    }
}

/// What a record adds to a roll-up, and to which record's: nothing, if it refers to none
/// or does not pass the filter.
fn shown(
    catalog: &Catalog,
    source: &RollupSource,
    object: &Object,
    row: Option<&Arc<Row>>,
    given: Given,
) -> Result<Option<(RecordId, Share)>, Fault> {
    let (Some(row), Some(parent)) = (row, catalog.object(source.parent)) else { return Ok(None) };
    let kind = parent.slot(source.rollup).map(|slot| &parent.fields()[slot].kind);
    let (Some(FieldKind::Rollup { function, .. }), Some(via)) = (kind, object.slot(source.via)) else {
        return Ok(None);
    };
    let Some(link) = row.values[via].link().filter(|link| link.object == source.parent) else {
        return Ok(None);
    };
    let Some(share) = share(function, object, row) else { return Ok(None) };
    if let Some(filter) = parent.expressions().filter(source.rollup) {
        match filter.evaluate_bool(&Own { object, row, old: None }, &given) {
            Ok(Some(true)) => {}
            Ok(Some(false) | None) => return Ok(None),
            Err(Failure::Fault(fault)) => return Err(fault),
            // A filter reads nothing but the record.
            Err(Failure::Missing) => return Err(Fault::new(Code::Internal, "a filter reads other records")),
        }
    }
    Ok(Some((link.id, share)))
}
