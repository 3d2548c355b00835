//! Completing a record about to be written: stamps, then the stored computed fields that
//! follow from what changed.

use crate::catalog::{Evaluated, FieldState, Object};
use crate::decide::batch::{Batch, Halt};
use crate::expression::{Failure, Given, Own, fit};
use crate::fault::{Fault, Faults};
use crate::record::Row;
use crate::value::Value;

/// A computed field that has no value, and why.
struct Refused {
    slot: usize,
    fault: Fault,
}

impl Batch<'_> {
    /// Completes a record that is made, or that changes in `slots`; the slots that change
    /// along are added to these.
    pub(super) fn complete(
        &mut self,
        object: &Object,
        old: Option<&Row>,
        new: &mut Row,
        slots: &mut Vec<usize>,
    ) -> Result<(), Halt> {
        let given = slots.len();
        self.stamp(object, old, new, slots);
        let computed = self.compute(object, new, slots, old.is_none());
        if old.is_some() {
            for slot in &slots[given..] {
                new.provenance.set(object.fields()[*slot].number, self.next_position());
            }
        }
        computed
    }

    /// Evaluates all stored computed fields of a record that comes back from the trash.
    pub(super) fn complete_again(&mut self, object: &Object, row: &mut Row) -> Result<(), Halt> {
        self.compute(object, row, &mut Vec::new(), true)
    }

    fn compute(
        &mut self,
        object: &Object,
        row: &mut Row,
        slots: &mut Vec<usize>,
        all: bool,
    ) -> Result<(), Halt> {
        let broken = object.expressions().broken();
        if !broken.is_empty() {
            return Err(Halt::Faults(broken.to_vec()));
        }
        let refused = self.evaluate_stored(object, row, slots, all)?;
        let name = |refused: &Refused| object.fields()[refused.slot].name.as_str();
        let faults: Faults =
            refused.iter().map(|refused| refused.fault.clone().at(name(refused)).under("/record")).collect();
        if faults.is_empty() { Ok(()) } else { Err(Halt::Faults(faults)) }
    }

    /// Evaluates the stored computed fields that follow from derived fields in `slots`, to
    /// which those that change are added. This is for the end of a transaction: neither
    /// version nor provenance is touched.
    pub(super) fn recompute(
        &mut self,
        object: &Object,
        row: &mut Row,
        slots: &mut Vec<usize>,
    ) -> Result<(), Halt> {
        let refused = self.evaluate_stored(object, row, slots, false)?;
        match refused.into_iter().next() {
            None => Ok(()),
            Some(Refused { slot, mut fault }) => {
                let name = &object.fields()[slot].name;
                fault.message = format!("the computed field `{}.{name}`: {}", object.name, fault.message);
                Err(fault.into())
            }
        }
    }

    /// The same when nobody can be refused: what cannot be computed becomes null.
    pub(super) fn recompute_or_null(
        &mut self,
        object: &Object,
        row: &mut Row,
        slots: &mut Vec<usize>,
    ) -> Result<(), Halt> {
        self.evaluate_stored(object, row, slots, false).map(|_| ())
    }

    /// Sets the times of the last change of those fields that have a stamp.
    fn stamp(&self, object: &Object, old: Option<&Row>, new: &mut Row, slots: &mut Vec<usize>) {
        for (slot, field) in object.fields().iter().enumerate() {
            let Some(of) = field.stamp.and_then(|of| object.slot(of)) else { continue };
            let is_due = match old {
                None => !new.values[of].is_null(),
                Some(old) => old.values[of] != new.values[of],
            };
            if is_due {
                new.values[slot] = Value::Datetime(self.at());
                slots.push(slot);
            }
        }
    }

    /// Evaluates the stored computed fields of a record in order: all of them, or those
    /// that follow from what changed. Those without a value are null, and answered.
    fn evaluate_stored(
        &mut self,
        object: &Object,
        row: &mut Row,
        slots: &mut Vec<usize>,
        all: bool,
    ) -> Result<Vec<Refused>, Halt> {
        let mut refused = Vec::new();
        let mut missing = false;
        for computed in object.expressions().stored() {
            let is_filling = object.fields()[computed.slot].state == FieldState::Filling;
            if !all && !is_filling && !follows(computed, slots) {
                continue;
            }
            let value = match self.computed_value(object, row, computed) {
                Ok(value) => value,
                Err(Failure::Missing) => {
                    missing = true;
                    continue;
                }
                Err(Failure::Fault(fault)) => {
                    refused.push(Refused { slot: computed.slot, fault });
                    Value::Null
                }
            };
            if row.values[computed.slot] != value {
                row.values[computed.slot] = value;
                slots.push(computed.slot);
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(refused) }
    }

    /// The value of a stored computed field in a record.
    pub(super) fn computed_value(
        &mut self,
        object: &Object,
        row: &Row,
        computed: &Evaluated,
    ) -> Result<Value, Failure> {
        let own = Own { object, row, old: None };
        let given = Given { now: self.at() };
        let reached = self.reach(&computed.expression, own).map_err(|_| Failure::Missing)?;
        let value = computed.expression.evaluate(&reached, &given)?;
        Ok(fit(value, &object.fields()[computed.slot])?)
    }
}

/// Whether a computed field follows from what changed in its own record.
fn follows(computed: &Evaluated, changed: &[usize]) -> bool {
    computed.reads_version || computed.reads.iter().any(|slot| changed.contains(slot))
}
