//! Fields of records that exist, brought up to date: computed ones are evaluated afresh,
//! others get the default that they were given. The change is derived, by Kith itself.

use std::sync::Arc;

use crate::catalog::{Field, Object};
use crate::decide::batch::{AndAlso as _, Batch, Halt};
use crate::decide::diff;
use crate::expression::Failure;
use crate::fault::{Code, Fault};
use crate::id::{ObjectNo, RecordId, format_typeid};
use crate::journal::ChangeKind;
use crate::operation::Fill;
use crate::record::Row;
use crate::value::{self, Value};

impl Batch<'_> {
    /// Only records in which something differs are written.
    pub(super) fn decide_fill(&mut self, fill: &Fill) -> Result<(), Halt> {
        let Some(object) = self.catalog.object(fill.object).cloned() else { return Ok(()) };
        let slots: Vec<usize> = fill.fields.iter().filter_map(|field| object.slot(*field)).collect();
        let mut done = Ok(());
        for id in &fill.records {
            let filled = self.fill_record(&object, *id, &slots);
            done = done.and_also(filled);
        }
        done?;
        self.derive()
    }

    fn fill_record(&mut self, object: &Arc<Object>, id: RecordId, asked: &[usize]) -> Result<(), Halt> {
        let Some(old) = self.row(object.number, id)? else { return Ok(()) };
        let mut new = Row::clone(&old);
        let mut changed = Vec::new();
        for slot in asked {
            if let Some(default) = self.default_for(&object.fields()[*slot], &old.values[*slot]) {
                new.values[*slot] = default;
                changed.push(*slot);
            }
        }
        let expressions = object.expressions();
        let asked = expressions.stored().iter().filter(|computed| asked.contains(&computed.slot));
        for computed in asked {
            let value = match self.computed_value(object, &new, computed) {
                Ok(value) => value,
                Err(Failure::Missing) => return Err(Halt::Missing),
                // Nobody can be refused: the record there was keeps what it was given.
                Err(Failure::Fault(_)) => Value::Null,
            };
            if new.values[computed.slot] != value {
                new.values[computed.slot] = value;
                changed.push(computed.slot);
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.recompute_or_null(object, &mut new, &mut changed)?;
        self.check_unique(object, Some(&old), &new).map_err(|halt| conflict(halt, object, id))?;
        self.write_filled(object, &old, new, changed)
    }

    /// The default that a field has had since it was added, where a record has none.
    fn default_for(&self, field: &Field, present: &Value) -> Option<Value> {
        let default = field.default.as_ref().filter(|_| present.is_null() && !field.is_derived())?;
        value::parse(field, default, &self.catalog).ok()
    }

    fn write_filled(
        &mut self,
        object: &Arc<Object>,
        old: &Arc<Row>,
        new: Row,
        mut changed: Vec<usize>,
    ) -> Result<(), Halt> {
        changed.sort_unstable();
        changed.dedup();
        let about: (ObjectNo, Option<RecordId>) = (object.number, Some(old.id));
        let new = Arc::new(new);
        let diff = diff::updated(object, old, &new, &changed, &self.catalog);
        self.put(object, Some(old), Some(&new));
        self.record_change(ChangeKind::RecordDerived, Some(about), new.version, diff);
        Ok(())
    }
}

/// Two records that would have the same value of a unique key: the data do not allow it.
fn conflict(halt: Halt, object: &Object, id: RecordId) -> Halt {
    let Halt::Faults(faults) = halt else { return halt };
    let told = |fault: Fault| {
        let mut records = fault.records.clone();
        records.push(format_typeid(&object.prefix, id.0));
        Fault { code: Code::DataConflict, pointer: String::new(), ..fault }.records(records)
    };
    Halt::Faults(faults.into_iter().map(told).collect())
}
