//! What a schema change leaves to be done with the records there are: it is done here
//! and now where they are few, and by a task where they are many.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::catalog::{
    Catalog, Definition, Evaluated, Field, FieldKind, FieldState, KeyState, Matching, Object,
};
use crate::decide::batch::{Batch, Halt, Missing};
use crate::decide::keys::{Found, Key};
use crate::id::{FieldNo, ObjectNo, RecordId, TaskId};
use crate::limits::FILL_AT_ONCE_RECORDS_MAX;
use crate::operation::{Fill, SchemaWork};
use crate::record::Row;
use crate::schema::{FOLLOWER, Step, TaskEnd, TaskWork, TaskWrite, contracted};
use crate::value::{Value, wide};

/// What is to be filled in the records of one object.
struct Wanted {
    object: ObjectNo,
    fields: Vec<FieldNo>,
    records: Vec<RecordId>,
}

impl Batch<'_> {
    /// Sees to the records of objects that have changed: fills fields where records are
    /// few, and where they are many leaves tasks. New keys of such objects are left to
    /// tasks as well, where the database can build them apart, and so are matching rules.
    pub(super) fn see_to_records(
        &mut self,
        definitions: &mut BTreeMap<ObjectNo, Definition>,
        steps: &mut Vec<Step>,
    ) -> Result<Vec<TaskWrite>, Halt> {
        let mut tasks = Vec::new();
        self.widen(definitions, steps, &mut tasks)?;
        let version = self.state.schema_version;
        self.catalog = Arc::new(self.catalog.with(version, definitions.values().cloned()));
        let wanted = self.wanted(definitions)?;
        let apart = self.apart(steps)?;
        self.leave_keys(&apart, definitions, steps, &mut tasks);
        self.leave_matching(definitions, &mut tasks)?;
        let mut few = Vec::new();
        for Wanted { object, fields, records } in wanted {
            let Some(present) = self.catalog.object(object) else { continue };
            // One that reads what has changed changes along.
            let definition = definitions.entry(object).or_insert_with(|| {
                let schema_version = version;
                Definition { schema_version, ..present.definition().clone() }
            });
            let is_left = records.len() > FILL_AT_ONCE_RECORDS_MAX;
            let state = if is_left { FieldState::Filling } else { FieldState::Ready };
            let of = definition.fields.iter_mut().filter(|field| fields.contains(&field.number));
            of.for_each(|field| field.state = state);
            if is_left {
                tasks.extend(fields.iter().map(|field| self.task(TaskWork::Fill(object, *field))));
            } else {
                few.push(Fill { object, fields, records });
            }
        }
        self.catalog = Arc::new(self.catalog.with(version, definitions.values().cloned()));
        for fill in few.iter().filter(|fill| !fill.records.is_empty()) {
            self.decide_fill(fill)?;
        }
        tasks.push(self.follower());
        Ok(tasks)
    }

    /// Whether computed fields are to follow the records that they refer to.
    fn follower(&self) -> TaskWrite {
        if self.catalog.has_dependents() {
            TaskWrite::Follow { name: FOLLOWER, after: self.before.last_position, at: self.at() }
        } else {
            TaskWrite::Unfollow { name: FOLLOWER }
        }
    }

    /// Gives fields their wider type at once where records are few, and leaves tasks where
    /// they are many.
    fn widen(
        &mut self,
        definitions: &mut BTreeMap<ObjectNo, Definition>,
        steps: &mut Vec<Step>,
        tasks: &mut Vec<TaskWrite>,
    ) -> Result<(), Missing> {
        let begun = steps.iter().filter_map(|step| match step {
            Step::AddWider { object, field } => Some((object.number, *field)),
            _ => None,
        });
        for (object, field) in begun.collect::<Vec<_>>() {
            let records = match self.ask(Key::FirstRecords(object))? {
                Found::Records(records) => records.len(),
                _ => 0,
            };
            let Some(definition) = definitions.get_mut(&object) else { continue };
            if records > FILL_AT_ONCE_RECORDS_MAX {
                tasks.push(self.task(TaskWork::Widen(object, field)));
            } else if let Some((after, rest)) = contracted(&self.catalog, definition, field) {
                steps.push(Step::CopyWider { object: Box::new(definition.clone()), field });
                steps.extend(rest);
                *definition = after;
            }
        }
        Ok(())
    }

    /// The end of a task, if it is under way still.
    pub(super) fn ended(&mut self, end: &TaskEnd) -> Result<Option<TaskWrite>, Missing> {
        let TaskEnd { id, work: _, state, error } = end.clone();
        let is_under_way = matches!(self.ask(Key::Task(id))?, Found::Exists(true));
        Ok(is_under_way.then(|| TaskWrite::End { id, state, error, at: self.at() }))
    }

    /// A task to be left.
    pub(super) fn task(&mut self, work: TaskWork) -> TaskWrite {
        TaskWrite::Create { id: TaskId(self.mint.next().0), work, at: self.at() }
    }

    /// The fields that the records there are do not have as they are now defined.
    fn wanted(&mut self, definitions: &BTreeMap<ObjectNo, Definition>) -> Result<Vec<Wanted>, Missing> {
        let mut wanted = Vec::new();
        let reads_them = |object: &Object| {
            object.expressions().stored().iter().any(Evaluated::reads_others)
                && definitions.keys().any(|number| object.expressions().looks_at(*number))
        };
        let readers = self.catalog.objects().filter(|object| reads_them(object)).map(|object| object.number);
        let numbers: BTreeSet<ObjectNo> = definitions.keys().copied().chain(readers).collect();
        for number in &numbers {
            let Some(after) = self.catalog.object(*number).cloned() else { continue };
            let before = self.origin.object(*number).cloned();
            let fields = unfilled((&self.origin, before.as_deref()), (&self.catalog, &after));
            if fields.is_empty() {
                continue;
            }
            let records = match before {
                // A new object has no records.
                None => Vec::new(),
                Some(_) => match self.ask(Key::FirstRecords(*number))? {
                    Found::Records(records) => records.clone(),
                    _ => Vec::new(),
                },
            };
            wanted.push(Wanted { object: *number, fields, records });
        }
        Ok(wanted)
    }

    /// The objects of new keys that are built while the records are in use.
    fn apart(&mut self, steps: &[Step]) -> Result<BTreeSet<ObjectNo>, Missing> {
        let mut apart = BTreeSet::new();
        for step in steps {
            let Step::CreateKey { object, key } = step else { continue };
            // One that there was is made anew: it must not be missing in between.
            let origin = self.origin.object(object.number);
            if origin.is_some_and(|origin| origin.keys.iter().all(|other| other.number != key.number))
                && matches!(self.ask(Key::BuildsApart(object.number))?, Found::Exists(true))
            {
                apart.insert(object.number);
            }
        }
        Ok(apart)
    }

    fn leave_keys(
        &mut self,
        apart: &BTreeSet<ObjectNo>,
        definitions: &mut BTreeMap<ObjectNo, Definition>,
        steps: &mut Vec<Step>,
        tasks: &mut Vec<TaskWrite>,
    ) {
        steps.retain(|step| {
            let Step::CreateKey { object, key } = step else { return true };
            if !apart.contains(&object.number) {
                return true;
            }
            let keys = definitions.get_mut(&object.number).map(|definition| &mut definition.keys);
            if let Some(key) = keys.and_then(|keys| keys.iter_mut().find(|each| each.number == key.number)) {
                key.state = KeyState::Building;
                tasks.push(self.task(TaskWork::Key(object.number, key.number)));
            }
            false
        });
    }

    /// New matching rules are left to tasks, which file the records that there are; where
    /// there are none, a rule is ready at once.
    fn leave_matching(
        &mut self,
        definitions: &mut BTreeMap<ObjectNo, Definition>,
        tasks: &mut Vec<TaskWrite>,
    ) -> Result<(), Missing> {
        for (number, definition) in definitions {
            let origin = self.origin.object(*number).cloned();
            let is_new = |rule: &Matching| {
                let known = origin.iter().flat_map(|origin| &origin.matching);
                !rule.state.is_ready() && !known.into_iter().any(|other| other.number == rule.number)
            };
            if !definition.matching.iter().any(is_new) {
                continue;
            }
            let has_records = match origin {
                // A new object has no records.
                None => false,
                Some(_) => match self.ask(Key::FirstRecords(*number))? {
                    Found::Records(records) => !records.is_empty(),
                    _ => false,
                },
            };
            for rule in definition.matching.iter_mut().filter(|rule| is_new(rule)) {
                if has_records {
                    tasks.push(self.task(TaskWork::Match(*number, rule.number)));
                } else {
                    rule.state = KeyState::Ready;
                }
            }
        }
        Ok(())
    }

    /// A row as it was loaded, in the order of the fields that the schema has come to have.
    pub(super) fn reshaped(&self, number: ObjectNo, row: &Arc<Row>) -> Arc<Row> {
        let (Some(before), Some(after)) = (self.origin.object(number), self.catalog.object(number)) else {
            return row.clone();
        };
        if before.schema_version == after.schema_version {
            return row.clone();
        }
        let value = |field: &Field| {
            let slot = before.slot(field.number)?;
            let value = row.values.get(slot)?.clone();
            // The columns were given the wider form by then.
            let is_wider = before.fields()[slot].generation < field.generation;
            if is_wider { wide(&value, &field.kind) } else { Some(value) }
        };
        let values = after.fields().iter().map(|field| value(field).unwrap_or(Value::Null)).collect();
        Arc::new(Row { values, ..Row::clone(row) })
    }
}

/// Says in the document of the one thing that was changed, or of the plan that was applied,
/// what is left to be done for it.
pub(super) fn say_tasks(work: &SchemaWork, tasks: &[TaskWrite], result: &mut Json) {
    if work.expect.is_some() {
        let ids = tasks.iter().filter_map(|task| match task {
            TaskWrite::Create { id, .. } => Some(json!(id)),
            _ => None,
        });
        result["tasks"] = ids.collect();
        return;
    }
    if work.changes.len() != 1 || !result.is_object() {
        return;
    }
    // The document was made before it was known how many records there are.
    if let Some(document) = result.as_object_mut() {
        document.remove("state");
    }
    for task in tasks {
        let TaskWrite::Create { id, work, .. } = task else { continue };
        let state = match work {
            TaskWork::Fill(..) | TaskWork::Widen(..) => "filling",
            TaskWork::Key(..) | TaskWork::Match(..) => "building",
        };
        result["state"] = json!(state);
        result["task"] = json!(id);
    }
}

/// The fields of an object that its records are to be filled with: stored computed ones
/// that are new or mean something else, and those that were asked to be.
fn unfilled(
    (origin, before): (&Catalog, Option<&Object>),
    (catalog, after): (&Catalog, &Object),
) -> Vec<FieldNo> {
    let fields = after.fields().iter().enumerate();
    let wanted = fields.filter(|(slot, field)| {
        let old = before.and_then(|before| before.slot(field.number).map(|slot| (before, slot)));
        match (&field.computed, old) {
            (Some(computed), None) => computed.stored,
            (Some(computed), Some((before, old))) => {
                computed.stored && meaning(origin, before, old) != meaning(catalog, after, *slot)
            }
            (None, _) if field.widening.is_some() => false,
            (None, None) => !field.state.is_ready(),
            (None, Some((before, old))) => !field.state.is_ready() && before.fields()[old].state.is_ready(),
        }
    });
    wanted.map(|(_, field)| field.number).collect()
}

/// A stored expression's text with numbers for names, and the form of the fields that it
/// reads: another name is no other meaning, but another type is.
fn meaning(catalog: &Catalog, object: &Object, slot: usize) -> Option<String> {
    object.fields()[slot].computed.as_ref().filter(|computed| computed.stored)?;
    let expression = &object.expressions().of(slot)?.expression;
    let source = expression.source();
    let (mut text, mut end) = (String::with_capacity(source.len()), 0);
    for name in expression.names() {
        let (from, to) = (name.start as usize, name.end as usize);
        if from >= end {
            text.push_str(source.get(end..from)?);
            text.push_str(&format!("{{{}{}}}", name.field, form(catalog, object, name.field)));
            end = to;
        }
    }
    text.push_str(source.get(end..)?);
    Some(text)
}

/// What a value of a field is, of the own record or of one that is referred to, as far as a
/// wider type changes it.
fn form(catalog: &Catalog, own: &Object, field: FieldNo) -> String {
    let of = |object: &Object| object.slot(field).map(|slot| object.fields()[slot].kind.clone());
    // A field's number is unique within the tenant.
    let kind = of(own).or_else(|| catalog.objects().find_map(|object| of(object)));
    match &kind {
        Some(FieldKind::Decimal { scale, .. }) => format!(":decimal {scale}"),
        Some(FieldKind::Currency { scale, .. }) => format!(":currency {scale}"),
        Some(kind) => format!(":{}", kind.name()),
        None => String::new(),
    }
}
