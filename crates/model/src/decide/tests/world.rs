//! Records in memory, for decisions without a database.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::decide::view::key_value;
use crate::decide::{Batch, Decided, Found, JobWrite, Key, Loaded, Merged, RecordReply, Reply, Stop};
use crate::fault::{Fault, Faults};
use crate::id::{HistoryId, JobId, ObjectNo, RecordId, format_typeid};
use crate::job::{Job, RowResult};
use crate::journal::{Actor, Change, Origin, Position, SchemaVersion, TenantState};
use crate::operation::{
    Action, Caller, Duplicates, Fill, Input, Mode, RecordOperation, SchemaWork, Side, Submission, Target,
    Work,
};
use crate::record::{Row, Trashed, render_record};
use crate::schema::SchemaChange;
use crate::time::Timestamp;

/// One tenant.
pub(super) struct World {
    pub(super) catalog: Arc<Catalog>,
    state: TenantState,
    rows: BTreeMap<(ObjectNo, RecordId), Arc<Row>>,
    trash: BTreeMap<RecordId, Arc<Trashed>>,
    pub(super) jobs: BTreeMap<JobId, Box<Job>>,
    /// What became of the rows of the last chunk.
    pub(super) results: Vec<RowResult>,
    /// The changes of the last transaction.
    pub(super) changes: Vec<Change>,
    pub(super) now: Timestamp,
}

impl World {
    /// A tenant with these objects.
    pub(super) fn of(objects: &[Json]) -> Self {
        let state = TenantState {
            history: HistoryId(Uuid::nil()),
            last_position: Position(0),
            first_position: Position(1),
            last_at: Timestamp(0),
            schema_version: SchemaVersion(0),
            access_version: 0,
        };
        let mut world = Self {
            catalog: Arc::new(Catalog::default()),
            state,
            rows: BTreeMap::new(),
            trash: BTreeMap::new(),
            jobs: BTreeMap::new(),
            results: Vec::new(),
            changes: Vec::new(),
            now: Timestamp(1_800_000_000_000_000),
        };
        for object in objects {
            world.change(SchemaChange::CreateObject(map(object))).unwrap();
        }
        world
    }

    /// Changes the schema.
    pub(super) fn change(&mut self, change: SchemaChange) -> Result<(), Faults> {
        self.submit(Work::Schema(SchemaWork { changes: vec![change], expect: None })).map(|_| ())
    }

    /// Adds a field to an object.
    pub(super) fn add_field(&mut self, object: &str, field: &Json) -> Result<(), Faults> {
        self.change(SchemaChange::CreateField { object: object.to_owned(), field: map(field) })
    }

    /// Merges two records.
    pub(super) fn merge(&mut self, object: &str, into: &str, from: &str) -> Result<Json, Faults> {
        let [target, from] = [into, from].map(|id| Target::Id(id.to_owned()));
        let (fields, default) = (Input::default(), Side::Into);
        self.operate(object, Action::Merge { target, from, fields, default, expect: None, expect_from: None })
    }

    /// The records of an object.
    pub(super) fn rows_of(&self, object: &str) -> BTreeMap<RecordId, Row> {
        let number = self.catalog.object_named(object).unwrap().number;
        let of = self.rows.iter().filter(|((of, _), _)| *of == number);
        of.map(|((_, id), row)| (*id, Row::clone(row))).collect()
    }

    /// Makes a record.
    pub(super) fn create(&mut self, object: &str, record: Json) -> Result<Json, Faults> {
        self.operate(object, Action::Create { input: input(&record) })
    }

    /// Makes a record and gives its id.
    pub(super) fn make(&mut self, object: &str, record: Json) -> String {
        let made = self.create(object, record).unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    /// Changes a record.
    pub(super) fn patch(&mut self, object: &str, id: &str, record: Json) -> Result<Json, Faults> {
        let target = Target::Id(id.to_owned());
        self.operate(object, Action::Update { target, input: input(&record), expect: None })
    }

    /// Deletes a record.
    pub(super) fn delete(&mut self, object: &str, id: &str) -> Result<Json, Faults> {
        self.operate(object, Action::Delete { target: Target::Id(id.to_owned()), expect: None })
    }

    /// Restores a record.
    pub(super) fn restore(&mut self, object: &str, id: &str) -> Result<Json, Faults> {
        self.operate(object, Action::Restore { target: Target::Id(id.to_owned()) })
    }

    /// Evaluates fields of all records of an object afresh.
    pub(super) fn fill(&mut self, object: &str, fields: &[&str]) -> Result<(), Faults> {
        let object = self.catalog.object_named(object).unwrap().clone();
        let fields = fields.iter().map(|name| object.field_named(name).unwrap().number).collect();
        let records = self.rows.keys().filter(|(of, _)| *of == object.number).map(|(_, id)| *id).collect();
        self.submit(Work::Fill(Fill { object: object.number, fields, records })).map(|_| ())
    }

    /// How many records there are.
    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// A record as it is read.
    pub(super) fn get(&self, object: &str, id: &str) -> Json {
        let object = self.catalog.object_named(object).unwrap();
        let mut rows = self.rows.iter().filter(|((of, _), _)| *of == object.number);
        let (_, row) = rows.find(|(_, row)| format_typeid(&object.prefix, row.id.0) == id).unwrap();
        let mut text = String::new();
        render_record(object, row, &self.catalog, self.now, &mut text);
        serde_json::from_str(&text).unwrap()
    }

    /// What the last transaction changed: `record.created deal`.
    pub(super) fn kinds(&self) -> Vec<String> {
        let kind = |change: &Change| serde_json::to_value(change.kind).unwrap().as_str().unwrap().to_owned();
        let object = |change: &Change| self.catalog.definition(change.object.unwrap()).unwrap().name.clone();
        self.changes.iter().map(|change| format!("{} {}", kind(change), object(change))).collect()
    }

    fn operate(&mut self, object: &str, action: Action) -> Result<Json, Faults> {
        let operation = RecordOperation {
            object: object.to_owned(),
            action,
            label: None,
            duplicates: Duplicates::Ignore,
            source: None,
            stamps: None,
            prepared: None,
        };
        let Reply::Records(mut results) =
            self.submit(Work::Records { operations: vec![operation], mode: Mode::Atomic })?
        else {
            panic!("no records")
        };
        let RecordReply { object, row, .. } = results.remove(0)?;
        let Some(row) = row else { return Ok(Json::Null) };
        let mut text = String::new();
        render_record(&object, &row, &self.catalog, self.now, &mut text);
        Ok(serde_json::from_str(&text).unwrap())
    }

    pub(super) fn submit(&mut self, work: Work) -> Result<Reply, Faults> {
        let caller = Caller { actor: Actor::System, origin: Origin::System, trace: None, job: None };
        let submission = Submission { work, caller, idempotency: None };
        let mut loaded = Loaded::default();
        for _ in 0..20 {
            let mut batch = Batch::new(self.catalog.clone(), self.state, &loaded, self.now, 1);
            match batch.decide(&submission) {
                Ok(Decided::Done(outcome)) => {
                    let catalog = batch.catalog().clone();
                    if let Some(merged) = batch.finish() {
                        self.apply(merged);
                    }
                    self.catalog = catalog;
                    return Ok(outcome.answer);
                }
                Ok(Decided::Refused(faults)) => return Err(faults),
                Ok(Decided::Replayed(_)) | Err(Stop::Barrier) => panic!("not decided"),
                Err(Stop::Missing) => {}
            }
            let missing = batch.take_missing();
            let found = missing.iter().map(|key| self.load(key)).collect();
            loaded.extend(missing, found);
        }
        panic!("something is missing again and again")
    }

    fn load(&self, key: &Key) -> Found {
        let of = |number: ObjectNo| self.rows.iter().filter(move |((of, _), _)| *of == number);
        match key {
            Key::Row(object, id) => Found::Row(self.rows.get(&(*object, *id)).cloned()),
            Key::Unique(number, key, value) => {
                let object = self.catalog.object(*number).unwrap();
                let key = object.unique_keys().find(|other| other.number == *key).unwrap();
                let found =
                    of(*number).find(|(_, row)| key_value(object, key, &row.values).as_ref() == Some(value));
                Found::Record(found.map(|(_, row)| row.id))
            }
            Key::Children { object, field, to: _, id } => {
                let slot = self.catalog.object(*object).unwrap().slot(*field).unwrap();
                let refers = |row: &Row| row.values[slot].link().is_some_and(|link| link.id == *id);
                Found::Records(of(*object).filter(|(_, row)| refers(row)).map(|(_, row)| row.id).collect())
            }
            Key::Trash(id) => Found::Trashed(self.trash.get(id).cloned()),
            Key::TrashGroup { group, root } => {
                let is_of = |trashed: &&Arc<Trashed>| trashed.group == *group && trashed.root == *root;
                Found::Group(self.trash.values().filter(is_of).cloned().collect())
            }
            Key::Counter(_) => Found::Counter(1),
            Key::FirstRecords(object) => Found::Records(of(*object).map(|(_, row)| row.id).collect()),
            Key::Extremes { .. } => Found::Extremes(Vec::new()),
            Key::Answer(_) => Found::Answer(None),
            Key::Filed(..) | Key::Dismissed(..) | Key::Aliases(_) => Found::Records(Vec::new()),
            Key::Merged(_) => Found::Record(None),
            Key::Token(_) | Key::AnyRecord(_) | Key::BuildsApart(_) | Key::Task(_) => Found::Exists(false),
            Key::Job(id) => Found::Job(self.jobs.get(id).cloned()),
            Key::UnfinishedJobs => Found::Counter(0),
        }
    }

    fn apply(&mut self, merged: Merged) {
        if merged.schema.is_some() {
            self.reshape(&merged.catalog);
        }
        for (object, ids) in merged.deletes {
            ids.iter().for_each(|id| drop(self.rows.remove(&(object, *id))));
        }
        for (object, updates) in merged.updates {
            self.rows.extend(updates.into_iter().map(|update| ((object, update.row.id), update.row)));
        }
        for (object, rows) in merged.inserts {
            self.rows.extend(rows.into_iter().map(|row| ((object, row.id), row)));
        }
        merged.untrash.iter().for_each(|id| drop(self.trash.remove(id)));
        self.trash.extend(merged.trash.into_iter().map(|trashed| (trashed.id, trashed)));
        merged.jobs.into_iter().for_each(|write| self.apply_job(write));
        self.state = merged.state;
        self.changes = merged.changes;
    }

    fn apply_job(&mut self, write: JobWrite) {
        match write {
            JobWrite::Create(job) => drop(self.jobs.insert(job.id, job)),
            JobWrite::Progress { id, progress, chunk } => {
                self.jobs.get_mut(&id).unwrap().progress = *progress;
                self.results = chunk.rows;
            }
            JobWrite::End { id, state, error: _, at } => {
                let job = self.jobs.get_mut(&id).unwrap();
                job.state = state;
                job.ended_at = Some(at);
            }
        }
    }

    /// Gives the rows the slots of another catalog.
    fn reshape(&mut self, after: &Catalog) {
        for ((number, _), row) in &mut self.rows {
            let (before, after) = (self.catalog.object(*number).unwrap(), after.object(*number).unwrap());
            let value = |field: &crate::catalog::Field| {
                before.slot(field.number).map_or(crate::value::Value::Null, |slot| row.values[slot].clone())
            };
            let values = after.fields().iter().map(value).collect();
            *row = Arc::new(Row { values, ..Row::clone(row) });
        }
    }
}

/// A JSON object's members.
pub(super) fn map(json: &Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

fn input(json: &Json) -> Input {
    Arc::new(map(json))
}

/// Each fault as `code pointer`.
pub(super) fn told(faults: &[Fault]) -> Vec<String> {
    let place = |fault: &Fault| fault.pointer.replace("/operations/0", "");
    faults.iter().map(|fault| format!("{} {}", fault.code.as_str(), place(fault))).collect()
}
