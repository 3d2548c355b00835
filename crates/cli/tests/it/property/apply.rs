//! What an operation does to the plain model, and what it answers.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::model::{Change, Fault, Faults, Field, Id, Model, Record, Transaction, fault, link, linked};
use super::operation::{Action, Fields, Given, Guard, Operation, RecordOperation, Target};
use super::universe::{Kind, Sample};

/// The answer that the documentation promises.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Answer {
    Record(Reply),
    Batch(Vec<Result<Reply, Faults>>),
    /// A schema change, by its status.
    Schema(u16),
    /// Exactly these faults.
    Refused(Faults),
    /// A refusal with one of these codes first: the documentation leaves open which.
    RefusedAs(&'static [&'static str]),
}

/// The answer about one record.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) id: Id,
    pub(super) version: i64,
    /// As it is when the operation was done; none when it is gone.
    pub(super) record: Option<Record>,
}

/// What earlier operations of a batch made or found, by label.
type Labels = BTreeMap<String, Option<Id>>;

impl Model {
    /// Does an operation as one transaction, or refuses it and changes nothing.
    pub(super) fn apply(&mut self, operation: &Operation) -> Answer {
        let mut after = self.clone();
        after.journal.push(Transaction { first: self.position + 1, changes: Vec::new() });
        let answer = match operation {
            Operation::Record(operation) => {
                if after.objects.contains_key(operation.object) {
                    match after.operate(operation, &Labels::new()) {
                        Ok(reply) => Answer::Record(reply),
                        Err(faults) => Answer::Refused(without(faults, "/record")),
                    }
                } else {
                    Answer::RefusedAs(&["not_found"])
                }
            }
            Operation::Batch { atomic, operations } => after.batch(*atomic, operations),
            Operation::Schema(operation) => after.change_schema(operation),
        };
        if !matches!(answer, Answer::Refused(_) | Answer::RefusedAs(_)) {
            after.derive();
            if after.journal.last().unwrap().changes.is_empty() {
                after.journal.pop();
            }
            *self = after;
        }
        answer
    }

    fn batch(&mut self, atomic: bool, operations: &[RecordOperation]) -> Answer {
        let mut labels = Labels::new();
        let mut results = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            let before = self.clone();
            let result = if self.objects.contains_key(operation.object) {
                self.operate(operation, &labels)
            } else {
                Err(vec![fault("not_found", "/object")])
            };
            if let Some(label) = &operation.label {
                labels.insert(label.clone(), result.as_ref().ok().map(|reply| reply.id));
            }
            results.push(result.map_err(|faults| {
                *self = before;
                under(faults, &format!("/operations/{index}"))
            }));
        }
        // What failed for the sake of another is no fault of its own.
        let faults = results.iter().filter_map(|result| result.as_ref().err()).flatten();
        let faults: Faults = faults.filter(|fault| fault.code != "batch_failed").cloned().collect();
        if atomic && !faults.is_empty() { Answer::Refused(faults) } else { Answer::Batch(results) }
    }

    fn operate(&mut self, operation: &RecordOperation, labels: &Labels) -> Result<Reply, Faults> {
        let object = operation.object;
        match &operation.action {
            Action::Create(fields) => {
                self.check_input(object, fields, true, Faults::new())?;
                self.create(object, fields, &[], labels)
            }
            Action::Update(target, fields, guard) => {
                self.check_input(object, fields, false, Faults::new())?;
                let id = pointed(target, labels)?;
                self.update(object, id, fields, *guard, labels)
            }
            Action::Upsert(by, fields, guard) => self.upsert(object, by, fields, *guard, labels),
            Action::Delete(target, guard) => self.delete(object, pointed(target, labels)?, *guard),
            Action::Restore(target) => self.restore(object, pointed(target, labels)?),
            Action::Purge(target, guard) => self.purge(object, pointed(target, labels)?, *guard),
        }
    }

    /// What can be told of the input by itself, beside what else is wrong; if that is
    /// anything, with the required fields that it leaves without a value.
    fn check_input(&self, object: &str, fields: &Fields, is_new: bool, beside: Faults) -> Result<(), Faults> {
        let mut faults = beside;
        for (name, given) in fields {
            let at = format!("/record/{name}");
            let Some(field) = self.field(object, name) else {
                faults.push(fault("unknown_field", at));
                continue;
            };
            match given {
                _ if field.plan.kind.is_computed() => faults.push(fault("read_only", at)),
                Given::Value(Sample { meaning: Err(code), .. }) => faults.push(fault(code, at)),
                Given::Value(Sample { meaning: Ok(value), .. }) => {
                    if field.exceeds(value) {
                        faults.push(fault("invalid_value", at));
                    }
                }
                Given::Record(of, target) => {
                    let is_of = matches!(field.plan.kind, Kind::Reference { to, .. } if to.contains(of));
                    if !is_of && !matches!(target, Target::Label(_)) {
                        faults.push(fault("invalid_type", at));
                    }
                }
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        let is_missing = |field: &&Field| {
            let mut given =
                fields.iter().filter(|(name, _)| *name == field.plan.name).map(|(_, given)| given);
            let is_null =
                |given: &Given| matches!(given, Given::Value(Sample { meaning: Ok(Json::Null), .. }));
            let is_left = is_new && field.plan.default.is_none();
            field.required && given.next().map_or(is_left, is_null)
        };
        let missing = self.objects[object].fields.iter().filter(is_missing);
        faults.extend(missing.map(|field| fault("required", format!("/record/{}", field.plan.name))));
        Err(faults)
    }

    fn create(
        &mut self,
        object: &'static str,
        fields: &Fields,
        by: &[(&'static str, Sample)],
        labels: &Labels,
    ) -> Result<Reply, Faults> {
        let position = self.position + 1;
        let mut record = Record { object, version: 1, values: BTreeMap::new(), set_at: BTreeMap::new() };
        for field in &self.objects[object].fields {
            let name = field.plan.name;
            let given = fields.iter().find(|(other, _)| *other == name).map(|(_, given)| given);
            let looked_for = by.iter().find(|(other, _)| *other == name).map(|(_, sample)| sample);
            let value = match (given, looked_for) {
                (Some(given), _) => meaning(given, labels, field)?,
                (None, Some(sample)) => sample.meaning.clone().unwrap_or_default(),
                (None, None) if field.plan.kind.is_rollup() => self.zero(field),
                (None, None) => field.plan.default_value(),
            };
            put(&mut record, field, value, position);
        }
        let faults = self.check_record(None, &record);
        refuse(faults)?;
        for field in &mut self.objects.get_mut(object).unwrap().fields {
            if field.plan.kind == Kind::AutoNumber {
                put(&mut record, field, Json::String(format!("N-{:03}", field.next)), position);
                field.next += 1;
            }
        }
        let id = self.known.len();
        self.known.push(object);
        let fields =
            self.present(&record).into_iter().map(|(name, value)| (name, (Json::Null, value))).collect();
        let kind = "record.created";
        self.records.insert(id, record.clone());
        self.write(Change { kind, object, id: Some(id), version: 1, fields, erased: false });
        Ok(Reply { status: 201, id, version: 1, record: Some(record) })
    }

    fn update(
        &mut self,
        object: &'static str,
        id: Option<Id>,
        fields: &Fields,
        guard: Guard,
        labels: &Labels,
    ) -> Result<Reply, Faults> {
        let (id, old) = self.live(object, id)?;
        check_guard(guard, old.version)?;
        let position = self.position + 1;
        let mut new = old.clone();
        let mut changed = BTreeMap::new();
        for field in &self.objects[object].fields {
            let Some((_, given)) = fields.iter().find(|(name, _)| *name == field.plan.name) else { continue };
            let value = meaning(given, labels, field)?;
            let before = old.values.get(&field.id).cloned().unwrap_or(Json::Null);
            if before != value {
                put(&mut new, field, value.clone(), position);
                new.set_at.insert(field.id, position);
                changed.insert(field.plan.name, (before, value));
            }
        }
        if changed.is_empty() {
            return Ok(Reply { status: 200, id, version: old.version, record: Some(old) });
        }
        new.version += 1;
        refuse(self.check_record(Some((id, &old)), &new))?;
        Ok(self.replace(id, new, changed))
    }

    /// Writes a changed record and its change.
    pub(super) fn replace(
        &mut self,
        id: Id,
        new: Record,
        fields: BTreeMap<&'static str, (Json, Json)>,
    ) -> Reply {
        let (object, version) = (new.object, new.version);
        self.records.insert(id, new.clone());
        self.write(Change { kind: "record.updated", object, id: Some(id), version, fields, erased: false });
        Reply { status: 200, id, version, record: Some(new) }
    }

    fn upsert(
        &mut self,
        object: &'static str,
        by: &[(&'static str, Sample)],
        fields: &Fields,
        guard: Guard,
        labels: &Labels,
    ) -> Result<Reply, Faults> {
        let wrong = |(name, sample): &(&str, Sample)| match self.field(object, name) {
            None => Some(fault("unknown_field", format!("/by/{name}"))),
            Some(field) => field
                .exceeds(sample.meaning.as_ref().ok()?)
                .then(|| fault("invalid_value", format!("/by/{name}"))),
        };
        let mut wrong: Faults = by.iter().filter_map(wrong).collect();
        let key = self.objects[object]
            .keys
            .iter()
            .find(|key| key.fields.len() == by.len() && by.iter().all(|(name, _)| key.fields.contains(name)));
        if key.is_none() && wrong.is_empty() {
            wrong.push(fault("invalid_value", "/by"));
        }
        self.check_input(object, fields, false, wrong)?;
        let key = key.cloned().unwrap();
        let mut wanted = Record { object, version: 1, values: BTreeMap::new(), set_at: BTreeMap::new() };
        for (name, sample) in by {
            let field = self.field(object, name).unwrap();
            put(&mut wanted, field, sample.meaning.clone().unwrap(), 0);
        }
        let values = self.key_value(&wanted, &key).unwrap();
        match (self.find(object, &key, &values), guard) {
            (Some(id), guard) => self.update(object, Some(id), fields, guard, labels),
            (None, Guard::None) => self.create(object, fields, by, labels),
            (None, _) => Err(vec![fault("version_mismatch", "/if_match")]),
        }
    }

    /// Values that are required, references that must be there, values that must be unique.
    pub(super) fn check_record(&self, old: Option<(Id, &Record)>, new: &Record) -> Faults {
        let mut faults = Faults::new();
        let before = |field: &Field| old.and_then(|(_, old)| old.values.get(&field.id));
        let definition = &self.objects[new.object];
        for field in &definition.fields {
            let value = new.values.get(&field.id);
            if field.required && value.is_none() {
                faults.push(fault("required", format!("/record/{}", field.plan.name)));
            }
            let is_reference = matches!(field.plan.kind, Kind::Reference { .. });
            if !is_reference || value == before(field) {
                continue;
            }
            if value.and_then(linked).is_some_and(|id| !self.records.contains_key(&id)) {
                faults.push(fault("reference_not_found", format!("/record/{}", field.plan.name)));
            }
        }
        for key in &definition.keys {
            let value = self.key_value(new, key);
            if old.is_some_and(|(_, old)| self.key_value(old, key) == value) {
                continue;
            }
            let other = value.and_then(|value| self.find(new.object, key, &value));
            if other.is_some_and(|other| Some(other) != old.map(|(id, _)| id)) {
                let mut fields = definition.fields.iter().map(|field| field.plan.name);
                let first = fields.find(|name| key.fields.contains(name)).unwrap();
                faults.push(fault("not_unique", format!("/record/{first}")));
            }
        }
        faults
    }

    /// A live record of an object.
    pub(super) fn live(&self, object: &str, id: Option<Id>) -> Result<(Id, Record), Faults> {
        let found = id.and_then(|id| self.records.get(&id).map(|record| (id, record.clone())));
        let found = found.filter(|(_, record)| record.object == object);
        found.ok_or_else(|| vec![fault("not_found", "/id")])
    }

    /// The values of a record that are not null, without roll-ups, by name.
    pub(super) fn present(&self, record: &Record) -> BTreeMap<&'static str, Json> {
        let stored = self.objects[record.object].fields.iter().filter(|field| !field.plan.kind.is_rollup());
        stored.filter_map(|field| Some((field.plan.name, record.values.get(&field.id)?.clone()))).collect()
    }
}

/// Sets a value; null is no entry.
pub(super) fn put(record: &mut Record, field: &Field, value: Json, position: i64) {
    if value.is_null() {
        record.values.remove(&field.id);
    } else {
        record.values.insert(field.id, value);
        record.set_at.insert(field.id, position);
    }
}

pub(super) fn check_guard(guard: Guard, version: i64) -> Result<(), Faults> {
    match guard {
        Guard::Version(expected) if expected != version => Err(vec![fault("version_mismatch", "/if_match")]),
        _ => Ok(()),
    }
}

pub(super) fn refuse(faults: Faults) -> Result<(), Faults> {
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn meaning(given: &Given, labels: &Labels, field: &Field) -> Result<Json, Faults> {
    let refusal = |code| vec![fault(code, format!("/record/{}", field.plan.name))];
    match given {
        Given::Value(sample) => Ok(sample.meaning.clone().unwrap_or_default()),
        Given::Record(of, target) => match target {
            Target::Label(label) => {
                let id = labels[label].ok_or_else(|| refusal("batch_failed"))?;
                let is_of = matches!(field.plan.kind, Kind::Reference { to, .. } if to.contains(of));
                if is_of { Ok(link(id)) } else { Err(refusal("invalid_type")) }
            }
            Target::Id(id) => Ok(link(*id)),
            _ => Ok(link(Id::MAX)),
        },
    }
}

fn pointed(target: &Target, labels: &Labels) -> Result<Option<Id>, Faults> {
    match target {
        Target::Id(id) => Ok(Some(*id)),
        Target::Label(label) => labels[label].map(Some).ok_or_else(|| vec![fault("batch_failed", "/id")]),
        _ => Ok(None),
    }
}

fn under(faults: Faults, prefix: &str) -> Faults {
    faults.into_iter().map(|Fault { code, pointer }| fault(code, format!("{prefix}{pointer}"))).collect()
}

fn without(faults: Faults, prefix: &str) -> Faults {
    let strip = |pointer: String| pointer.strip_prefix(prefix).map_or(pointer.clone(), str::to_owned);
    faults.into_iter().map(|Fault { code, pointer }| fault(code, strip(pointer))).collect()
}
