//! Operations on records: their order, their labels, and what a fault in one does to
//! the others. Each action's own rules are in the file of its name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::view::key_value;
use crate::fault::{Code, Fault, Faults};
use crate::id::RecordId;
use crate::journal::Actor;
use crate::limits::RECORD_BYTES_MAX;
use crate::operation::{Action, Assigned, Caller, Disposition, Mode, RecordOperation};
use crate::record::{Checked, CheckedTarget, Row, without_value};
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

type Results = Vec<Result<RecordReply, Faults>>;

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
                return Err(Halt::Faults(faults));
            }
        }
        self.derive()?;
        self.refresh(&mut results);
        Ok(results)
    }

    fn operate(
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
        let doing = Doing { object, actor: caller.actor, checked, labels };
        match &operation.action {
            Action::Create { input: _ } => self.create(&doing),
            Action::Update { target: _, input: _, expect } => self.update(&doing, *expect),
            Action::Upsert { by: _, input: _, expect } => self.upsert(&doing, *expect),
            Action::Delete { target: _, expect } => self.delete(&doing, *expect),
            Action::Restore { target: _ } => self.restore(&doing),
            Action::Purge { target: _, expect } => self.purge(&doing, *expect),
        }
    }

    /// Replies show derived fields as the transaction leaves them, and nothing of what
    /// it purged.
    fn refresh(&self, results: &mut Results) {
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
        self.rows.set((object.number, id), new.cloned());
    }

    /// Checks a record about to be written: required fields, the references and unique
    /// values that are new against `old`. Gathers every fault, and everything missing.
    pub(super) fn check_row(&mut self, object: &Object, old: Option<&Row>, new: &Row) -> Result<(), Halt> {
        let mut faults = Faults::new();
        let mut missing = false;
        faults.extend(too_large(&new.values));
        for (slot, field) in object.fields().iter().enumerate() {
            let value = &new.values[slot];
            if field.required && value.is_null() && !field.kind.is_read_only() {
                faults.push(without_value(field).under("/record"));
            }
            if old.is_some_and(|old| old.values[slot] == *value) {
                continue;
            }
            if let Some(link) = value.link() {
                match self.row(link.object, link.id) {
                    Ok(Some(_)) => {}
                    Ok(None) => faults.push(self.dangling(&field.name, link)),
                    Err(_) => missing = true,
                }
            }
        }
        for key in object.unique_keys() {
            let after = key_value(object, key, &new.values);
            if old.is_some_and(|old| key_value(object, key, &old.values) == after) {
                continue;
            }
            let Some(value) = after else { continue };
            match self.find(object.number, key, value) {
                Ok(Some(other)) if other != new.id => faults.push(taken(object, key, other)),
                Ok(_) => {}
                Err(_) => missing = true,
            }
        }
        match (missing, faults.is_empty()) {
            (true, _) => Err(Halt::Missing),
            (false, false) => Err(Halt::Faults(faults)),
            (false, true) => Ok(()),
        }
    }

    fn dangling(&self, field: &str, link: Link) -> Fault {
        let target = self.catalog.object(link.object);
        let id =
            target.map_or_else(String::new, |object| crate::id::format_typeid(&object.prefix, link.id.0));
        Fault::new(Code::ReferenceNotFound, format!("`{field}` refers to `{id}`, which does not exist"))
            .at(field)
            .under("/record")
    }
}

impl Doing<'_> {
    /// The record meant.
    pub(super) fn target(&self) -> Result<RecordId, Halt> {
        match &self.checked.target {
            Some(CheckedTarget::Id(id)) => Ok(*id),
            Some(CheckedTarget::Earlier(label)) => {
                let link = self.earlier(label).map_err(|halt| halt.under("/id"))?;
                if link.object == self.object.number {
                    return Ok(link.id);
                }
                let message = format!("`{label}` is not a record of `{}`", self.object.name);
                Err(Fault::new(Code::InvalidValue, message).at("id").into())
            }
            None => Err(Fault::new(Code::Internal, "an operation without a target").into()),
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
        match self.labels.get(label) {
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

    /// A reply about a record of this object.
    pub(super) fn reply(
        &self,
        disposition: Disposition,
        id: RecordId,
        version: i64,
        row: Option<Arc<Row>>,
    ) -> RecordReply {
        RecordReply { disposition, object: self.object.clone(), id, version, row }
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

/// Refuses a record that would have too many bytes of text, whatever was sent of it.
fn too_large(values: &[Value]) -> Option<Fault> {
    let bytes_of = |value: &Value| match value {
        Value::Text(text) | Value::Json(text) => text.len(),
        _ => 0,
    };
    let bytes: usize = values.iter().map(bytes_of).sum();
    (bytes > RECORD_BYTES_MAX).then(|| {
        let message = format!("the record would have {bytes} bytes of text; the limit is {RECORD_BYTES_MAX}");
        Fault::new(Code::LimitReached, message).at("record")
    })
}

fn taken(object: &Object, key: &crate::catalog::Key, other: RecordId) -> Fault {
    let names: Vec<&str> = object
        .fields()
        .iter()
        .filter(|field| key.fields.contains(&field.number))
        .map(|field| field.name.as_str())
        .collect();
    let other = crate::id::format_typeid(&object.prefix, other.0);
    let message = format!("another {} has this value of `{}`", object.name, names.join("`, `"));
    Fault::new(Code::NotUnique, message)
        .at(names.first().copied().unwrap_or_default())
        .under("/record")
        .records(vec![other])
}

impl Halt {
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
