//! Least and greatest values. One that grows is a comparison; where the record that had
//! it leaves, the next one is looked for: the database has the first few in order, and
//! those that the batch has touched are taken from the overlay instead.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::pending::Moved;
use super::share::{Share, order};
use super::shown;
use crate::catalog::{FieldKind, Object, RollupFunction, RollupSource};
use crate::decide::batch::{Batch, Halt};
use crate::decide::keys::{Found, Key};
use crate::expression::Given;
use crate::id::{ObjectNo, RecordId};
use crate::record::Row;
use crate::value::Value;

/// Values that are asked for at first: the one that leaves, and some that others in the
/// batch may have touched.
const FIRST: usize = 16;

/// Which of two values a roll-up takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Least,
    Greatest,
}

impl End {
    fn of(function: &RollupFunction) -> Option<Self> {
        match function {
            RollupFunction::Min { .. } => Some(Self::Least),
            RollupFunction::Max { .. } => Some(Self::Greatest),
            RollupFunction::Count | RollupFunction::Sum { .. } | RollupFunction::Average { .. } => None,
        }
    }

    fn is_beyond(self, one: &Value, other: &Value) -> bool {
        order(one, other) == if self == Self::Least { Ordering::Less } else { Ordering::Greater }
    }

    fn further(self, one: Option<Value>, other: Option<Value>) -> Option<Value> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if self.is_beyond(&other, &one) { other } else { one }),
            (one, other) => one.or(other),
        }
    }
}

impl Batch<'_> {
    /// A least or greatest value after these records have changed what they add.
    pub(super) fn extreme(
        &mut self,
        parent: &Object,
        slot: usize,
        row: &Row,
        moves: &BTreeMap<RecordId, Moved>,
    ) -> Result<Value, Halt> {
        let field = &parent.fields()[slot];
        let FieldKind::Rollup { function, from, via, .. } = &field.kind else { return Ok(Value::Null) };
        let Some(end) = End::of(function) else { return Ok(Value::Null) };
        let present = Some(row.values[slot].clone()).filter(|value| !value.is_null());
        let gained = moves.values().fold(None, |best, moved| end.further(best, moved.gained.clone()));
        let leaves = |moved: &Moved| moved.lost == present && moved.gained != present;
        let next = if present.is_some() && moves.values().any(leaves) {
            // What comes in its place is as far or further: nothing else can be beyond it.
            match (&gained, &present) {
                (Some(new), Some(old)) if !end.is_beyond(old, new) => gained,
                _ => {
                    let catalog = self.catalog.clone();
                    let of = |source: &&RollupSource| source.rollup == field.number && source.via == *via;
                    match catalog.rollups_from(*from).iter().find(of) {
                        Some(source) => self.next_extreme(source, *from, row.id, end)?,
                        None => None,
                    }
                }
            }
        } else {
            end.further(present, gained)
        };
        Ok(next.unwrap_or(Value::Null))
    }

    /// The least or greatest value there is: of the records that the batch has touched,
    /// as it leaves them, and the first of the others.
    fn next_extreme(
        &mut self,
        source: &RollupSource,
        from: ObjectNo,
        parent: RecordId,
        end: End,
    ) -> Result<Option<Value>, Halt> {
        let catalog = self.catalog.clone();
        let Some(object) = catalog.object(from) else { return Ok(None) };
        let given = Given { now: self.at() };
        let (mut here, mut touched) = (None, 0_usize);
        for ((_, _), row) in self.rows.iter().filter(|((of, _), _)| *of == from) {
            touched += 1;
            if let Some((id, Share::Value(value))) = shown(&catalog, source, object, row.as_ref(), given)?
                && id == parent
            {
                here = end.further(here, Some(value));
            }
        }
        let mut most = FIRST;
        loop {
            let key = Key::Extremes { parent: source.parent, rollup: source.rollup, id: parent, most };
            let Found::Extremes(found) = self.ask(key)? else { return Ok(here) };
            let is_untouched = |id: &RecordId| self.rows.get(&(from, *id)).is_none();
            let untouched = found.iter().filter(|(_, id)| is_untouched(id));
            let there = untouched.fold(None, |best, (value, _)| end.further(best, Some(value.clone())));
            if there.is_some() || found.len() < most {
                return Ok(end.further(here, there));
            }
            // So many that one of them is untouched, if there is one.
            most = (touched + 1).next_power_of_two().max(2 * most);
        }
    }
}
