//! Operations on records: their order, their labels, and what a fault in one does to
//! the others. Each action's own rules are in the file of its name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::reference::Settled;
use crate::decide::stamp::Descent;
use crate::decide::view::key_value;
use crate::fault::{Code, Fault, Faults};
use crate::id::RecordId;
use crate::journal::Actor;
use crate::operation::{Action, Assigned, Caller, Disposition, Mode, RecordOperation};
use crate::record::{Checked, CheckedTarget, Row};
use crate::value::{Link, Value};

/// One operation as its action's file sees it.
pub(super) struct Doing<'d> {
    /// The object.
    pub(super) object: Arc<Object>,
    /// Who does it.
    pub(super) actor: Actor,
    /// The checked input.
    pub(super) checked: &'d Checked,
    /// What earlier operations of the submission made or found.
    pub(super) labels: &'d Labels,
    /// Where it comes from.
    pub(super) descent: Descent<'d>,
}

/// Earlier operations by label.
pub(super) type Labels = HashMap<String, Earlier>;

/// What became of an earlier operation that has a label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Earlier {
    /// It is not decided yet: something is missing.
    Undecided,
    /// It made or found this record.
    Is(Link),
    /// It failed.
    Failed,
}

pub(super) type Results = Vec<Result<RecordReply, Faults>>;

impl Batch<'_> {
    pub(super) fn decide_records(
        &mut self,
        operations: &[RecordOperation],
        mode: Mode,
        caller: &Caller,
    ) -> Result<Results, Halt> {
        let mark = self.mark();
        match self.run(operations, mode, caller, false) {
            // A roll-up out of range: find the operation that is guilty of it.
            Err(Halt::Faults(_)) if mode == Mode::Independent => {
                self.undo_to(mark);
                self.run(operations, mode, caller, true)
            }
            other => other,
        }
    }

    /// Decides the operations in order. Roll-ups are derived once, at the end, so that
    /// a hot parent changes once a transaction, or after each operation.
    fn run(
        &mut self,
        operations: &[RecordOperation],
        mode: Mode,
        caller: &Caller,
        derive_each: bool,
    ) -> Result<Results, Halt> {
        let mut labels = Labels::new();
        let mut results = Results::with_capacity(operations.len());
        let mut missing = false;
        for (index, operation) in operations.iter().enumerate() {
            let mark = self.mark();
            let mut outcome = self.operate(operation, caller, &labels);
            if derive_each && outcome.is_ok() {
                outcome = self.derive().and(outcome);
            }
            let result = match outcome {
                Ok(reply) => Ok(reply),
                Err(Halt::Barrier) => return Err(Halt::Barrier),
                Err(Halt::Missing) => {
                    self.undo_to(mark);
                    missing = true;
                    if let Some(label) = &operation.label {
                        labels.insert(label.clone(), Earlier::Undecided);
                    }
                    continue;
                }
                Err(Halt::Faults(faults)) => {
                    self.undo_to(mark);
                    Err(faults
                        .into_iter()
                        .map(|fault| fault.under(&format!("/operations/{index}")))
                        .collect())
                }
            };
            if let Some(label) = &operation.label {
                let found =
                    |reply: &RecordReply| Earlier::Is(Link { object: reply.object.number, id: reply.id });
                labels.insert(label.clone(), result.as_ref().map_or(Earlier::Failed, found));
            }
            results.push(result);
        }
        if missing {
            return Err(Halt::Missing);
        }
        if mode == Mode::Atomic {
            let faults = results.iter().filter_map(|result| result.as_ref().err()).flatten();
            // What failed for the sake of another says nothing that the other does not.
            let faults: Faults = faults.filter(|fault| fault.code != Code::BatchFailed).cloned().collect();
            if !faults.is_empty() {
                return Err(Halt::Faults(without_undone(faults, &results)));
            }
        }
        self.derive()?;
        self.refresh(&mut results);
        Ok(results)
    }

    pub(super) fn operate(
        &mut self,
        operation: &RecordOperation,
        caller: &Caller,
        labels: &Labels,
    ) -> Result<RecordReply, Halt> {
        let again;
        let checked = match &operation.prepared {
            Some((version, checked)) if *version == self.catalog.version() => checked,
            _ => {
                again = operation.check(&self.catalog);
                &again
            }
        };
        let checked = checked.as_ref().map_err(|faults| Halt::Faults(faults.clone()))?;
        let object = self.catalog.object(checked.object).cloned();
        let object =
            object.ok_or_else(|| Fault::new(Code::NotFound, format!("no object `{}`", operation.object)))?;
        let Settled { checked, is_missing } = self.settle(&object, checked, caller, labels)?;
        let descent = Descent { source: operation.source.as_ref(), stamps: operation.stamps.as_ref() };
        let doing = Doing { object, actor: caller.actor, checked: &checked, labels, descent };
        let reply = self.act_on(operation, &doing);
        if is_missing {
            return Err(Halt::Missing);
        }
        self.look_for_duplicates(operation.duplicates, reply?)
    }

    fn act_on(&mut self, operation: &RecordOperation, doing: &Doing<'_>) -> Result<RecordReply, Halt> {
        if let Some(source) = &operation.source {
            return self.write_sourced(doing, &operation.action, source);
        }
        match &operation.action {
            Action::Create { input: _ } => self.create(doing),
            Action::Update { target: _, input: _, expect } => self.update(doing, *expect),
            Action::Upsert { by: _, input: _, expect } => self.upsert(doing, *expect),
            Action::Delete { target: _, expect } => self.delete(doing, *expect),
            Action::Restore { target: _ } => self.restore(doing),
            Action::Purge { target: _, expect } => self.purge(doing, *expect),
            Action::Merge { target: _, from: _, fields: _, default, expect, expect_from } => {
                self.merge_records(doing, *default, *expect, *expect_from)
            }
        }
    }

    /// Replies show derived fields as the transaction leaves them, and nothing of what
    /// it purged.
    pub(super) fn refresh(&self, results: &mut Results) {
        for reply in results.iter_mut().filter_map(|result| result.as_mut().ok()) {
            match self.rows.get(&(reply.object.number, reply.id)) {
                Some(Some(row)) if row.version == reply.version => reply.row = Some(row.clone()),
                _ if self.erased.contains(&reply.id) => reply.row = None,
                _ => {}
            }
        }
    }

    /// Puts a record into the overlay, or takes it out, with all that follows from it:
    /// the unique values it holds and the roll-ups it feeds.
    pub(super) fn put(&mut self, object: &Arc<Object>, old: Option<&Arc<Row>>, new: Option<&Arc<Row>>) {
        let Some(id) = new.or(old).map(|row| row.id) else { return };
        for key in object.unique_keys() {
            let value_in = |row: Option<&Arc<Row>>| row.and_then(|row| key_value(object, key, &row.values));
            let (before, after) = (value_in(old), value_in(new));
            if before != after {
                if let Some(value) = before {
                    self.uniques.set((key.number, value), None);
                }
                if let Some(value) = after {
                    self.uniques.set((key.number, value), Some(id));
                }
            }
        }
        self.feed_rollups(object, old, new);
        self.file(object, old, new);
        self.rows.set((object.number, id), new.cloned());
    }
}

impl Doing<'_> {
    /// The record meant.
    pub(super) fn target(&self) -> Result<RecordId, Halt> {
        self.target_in("id", self.checked.target.as_ref())
    }

    /// The record that a merge takes in.
    pub(super) fn from(&self) -> Result<RecordId, Halt> {
        self.target_in("from", self.checked.from.as_ref())
    }

    fn target_in(&self, member: &str, target: Option<&CheckedTarget>) -> Result<RecordId, Halt> {
        match target {
            Some(CheckedTarget::Id(id)) => Ok(*id),
            Some(CheckedTarget::Earlier(label)) => {
                let link = self.earlier(label).map_err(|halt| halt.under(&format!("/{member}")))?;
                if link.object == self.object.number {
                    return Ok(link.id);
                }
                let message = format!("`{label}` is not a record of `{}`", self.object.name);
                Err(Fault::new(Code::InvalidValue, message).at(member).into())
            }
            // Settled before.
            Some(CheckedTarget::Source(_)) | None => {
                Err(Fault::new(Code::Internal, "an operation without a target").into())
            }
        }
    }

    /// The values to set, by slot, with labels resolved.
    pub(super) fn values(&self) -> Result<Vec<(usize, Value)>, Halt> {
        self.resolved(&self.checked.assignments)
    }

    /// The values of a record to be made, by slot, with labels resolved.
    pub(super) fn initial_values(&self) -> Result<Vec<(usize, Value)>, Halt> {
        let is_upsert = self.checked.by.is_some();
        self.resolved(if is_upsert { &self.checked.initial } else { &self.checked.assignments })
    }

    fn resolved(&self, assignments: &[(usize, Assigned)]) -> Result<Vec<(usize, Value)>, Halt> {
        assignments.iter().map(|(slot, assigned)| Ok((*slot, self.value(*slot, assigned)?))).collect()
    }

    fn value(&self, slot: usize, assigned: &Assigned) -> Result<Value, Halt> {
        let label = match assigned {
            Assigned::Value(value) => return Ok(value.clone()),
            Assigned::Earlier(label) => label,
            Assigned::Sought(_) => {
                return Err(Fault::new(Code::Internal, "a reference that was not looked up").into());
            }
        };
        let field = &self.object.fields()[slot];
        let pointer = format!("/record/{}", field.name);
        let link = self.earlier(label).map_err(|halt| halt.under(&pointer))?;
        match &field.kind {
            crate::catalog::FieldKind::Reference { to, .. } if to.contains(&link.object) => {
                Ok(Value::Link(link))
            }
            _ => {
                let message = format!("`{}` cannot refer to the record that `{label}` names", field.name);
                Err(Fault::new(Code::InvalidType, message).under(&pointer).into())
            }
        }
    }

    fn earlier(&self, label: &str) -> Result<Link, Halt> {
        earlier_link(self.labels, label)
    }

    /// A reply about a record of this object.
    pub(super) fn reply(
        &self,
        disposition: Disposition,
        id: RecordId,
        version: i64,
        row: Option<Arc<Row>>,
    ) -> RecordReply {
        RecordReply { disposition, object: self.object.clone(), id, version, row, duplicates: None }
    }

    /// That there is no such record.
    pub(super) fn not_found(&self, id: RecordId, is_in_trash: bool) -> Halt {
        let id = crate::id::format_typeid(&self.object.prefix, id.0);
        let fault = Fault::new(Code::NotFound, format!("no {} `{id}`", self.object.name)).at("id");
        if is_in_trash {
            return fault
                .hint(format!(
                    "it was deleted: POST /v1/records/{}/{id}/restore brings it back",
                    self.object.name
                ))
                .into();
        }
        fault.into()
    }
}

/// The record that the operation with a label made or found.
pub(super) fn earlier_link(labels: &Labels, label: &str) -> Result<Link, Halt> {
    match labels.get(label) {
        Some(Earlier::Is(link)) => Ok(*link),
        Some(Earlier::Undecided) => Err(Halt::Missing),
        Some(Earlier::Failed) => {
            let message = format!("the operation that `{label}` names failed");
            Err(Fault::new(Code::BatchFailed, message).into())
        }
        None => {
            let message = format!("`{label}` is not the label of an earlier operation");
            let hint = "give an earlier operation of the batch `\"as\"` and refer to that";
            Err(Fault::new(Code::ReferenceNotFound, message).hint(hint).into())
        }
    }
}

/// Refuses when the record is not at the version that the caller saw.
pub(super) fn expect_version(expect: Option<i64>, row: &Row) -> Result<(), Halt> {
    match expect {
        Some(expected) if expected != row.version => {
            let message = format!("the record is at version {}, not {expected}", row.version);
            Err(Fault::new(Code::VersionMismatch, message)
                .at("if_match")
                .hint("read it again and decide afresh")
                .into())
        }
        _ => Ok(()),
    }
}

/// A batch that is undone leaves none of its records: in place of one that it made, the
/// operation that made it is named.
fn without_undone(mut faults: Faults, results: &Results) -> Faults {
    let made = results.iter().enumerate().filter_map(|(index, result)| match result {
        Ok(reply) if reply.disposition == Disposition::Created => {
            Some((crate::id::format_typeid(&reply.object.prefix, reply.id.0), index))
        }
        _ => None,
    });
    let made: HashMap<String, usize> = made.collect();
    for fault in &mut faults {
        if let Some(index) = fault.records.iter().find_map(|id| made.get(id)) {
            fault.hint = Some(format!("it is the record of `/operations/{index}`, which is not done either"));
            fault.records.retain(|id| !made.contains_key(id));
        }
    }
    faults
}

impl Halt {
    /// Says of faults that they are of another record than the one that was named.
    pub(super) fn of_record(self, id: String) -> Self {
        let of = |fault: Fault| Fault { pointer: String::new(), ..fault }.at("id").records(vec![id.clone()]);
        match self {
            Self::Faults(faults) => Self::Faults(faults.into_iter().map(of).collect()),
            other => other,
        }
    }

    /// Moves the pointers of faults below a prefix.
    pub(super) fn under(self, prefix: &str) -> Self {
        match self {
            Self::Faults(faults) => {
                Self::Faults(faults.into_iter().map(|fault| fault.under(prefix)).collect())
            }
            other => other,
        }
    }
}
