//! A chunk of a job's rows: the same operations as anybody's, decided in order, with what
//! became of each and how far the job is then.

use std::collections::HashMap;

use crate::catalog::{Catalog, Key};
use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::keys::KeyValue;
use crate::decide::merge::JobWrite;
use crate::decide::records::Labels;
use crate::decide::view::key_value;
use crate::fault::{Fault, Faults};
use crate::id::{ObjectNo, RecordId, format_typeid};
use crate::job::{ChunkResult, Load, LoadEffect, LoadRow, Progress, RowFault, RowResult, Tally};
use crate::operation::{Action, Assigned, Caller, Disposition, RecordOperation};
use crate::value::Value;

/// What became of a chunk of a job's rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadReply {
    /// How far the job is now.
    pub progress: Progress,
    /// How many rows of this chunk were refused.
    pub failed: i64,
}

/// What became of a row: what was done to which record, or what is wrong.
type RowOutcome = Result<Done, Vec<RowFault>>;

/// A row that was written.
#[derive(Clone, Copy)]
struct Done {
    disposition: Disposition,
    object: ObjectNo,
    record: RecordId,
}

impl Batch<'_> {
    pub(super) fn load(&mut self, load: &Load, caller: &Caller) -> Result<LoadReply, Halt> {
        let mut job = self.running_job(load.job, load.step)?;
        let before = self.mark();
        let mut outcomes = self.load_rows(load, caller)?;
        let was_refused = outcomes.iter().any(Result::is_err);
        let is_undone = match load.effect {
            LoadEffect::Independent => false,
            LoadEffect::Atomic => was_refused,
            LoadEffect::Plan => true,
        };
        let position = (self.state.last_position > before.state.last_position && !is_undone)
            .then_some(self.state.last_position);
        if is_undone {
            self.undo_to(before);
            self.forget_undone(load, &mut outcomes);
        }
        let is_nothing = load.effect == LoadEffect::Atomic && was_refused;
        let chunk = chunk(load, outcomes, is_nothing);
        let failed = chunk.rows.iter().filter(|row| matches!(row, RowResult::Failed { .. })).count();
        let failed = i64::try_from(failed).unwrap_or(i64::MAX);
        let progress = &mut job.progress;
        progress.step += 1;
        progress.cursor = load.cursor.clone();
        progress.position = position.or(progress.position);
        progress.total = load.total.or(progress.total);
        count(progress, load, &chunk, is_nothing);
        let reply = LoadReply { progress: progress.clone(), failed };
        let progress = Box::new(progress.clone());
        self.jobs.set(load.job, job);
        self.job_writes.push(JobWrite::Progress { id: load.job, progress, chunk: kept(load, chunk) });
        Ok(reply)
    }

    fn load_rows(&mut self, load: &Load, caller: &Caller) -> Result<Vec<RowOutcome>, Halt> {
        let mark = self.mark();
        match self.run_rows(load, caller, false) {
            // A roll-up out of range: find the row that is guilty of it.
            Err(Halt::Faults(_)) => {
                self.undo_to(mark);
                self.run_rows(load, caller, true)
            }
            other => other,
        }
    }

    fn run_rows(&mut self, load: &Load, caller: &Caller, derive_each: bool) -> Result<Vec<RowOutcome>, Halt> {
        let labels = Labels::new();
        let mut outcomes = Vec::with_capacity(load.chunk().len());
        let mut missing = false;
        for row in load.chunk() {
            let operation = match &row.work {
                Ok(operation) => operation,
                Err(faults) => {
                    outcomes.push(Err(faults.clone()));
                    continue;
                }
            };
            let mark = self.mark();
            let mut outcome = self.operate(operation, caller, &labels);
            if derive_each && outcome.is_ok() {
                outcome = self.derive().and(outcome);
            }
            match outcome {
                Ok(RecordReply { disposition, object, id, .. }) => {
                    outcomes.push(Ok(Done { disposition, object: object.number, record: id }));
                }
                Err(Halt::Barrier) => return Err(Halt::Barrier),
                Err(Halt::Missing) => {
                    self.undo_to(mark);
                    missing = true;
                }
                Err(Halt::Faults(faults)) => {
                    self.undo_to(mark);
                    outcomes.push(Err(by_column(faults, load)));
                }
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        self.derive()?;
        Ok(outcomes)
    }

    /// What is undone leaves none of its records: in place of one that it would have made,
    /// the row that it was of is named.
    fn forget_undone(&self, load: &Load, outcomes: &mut [RowOutcome]) {
        if outcomes.iter().all(Result::is_ok) {
            return;
        }
        let mut made: HashMap<String, i64> = HashMap::new();
        for (row, outcome) in load.chunk().iter().zip(outcomes.iter()) {
            if let Ok(Done { disposition: Disposition::Created, object, record }) = outcome
                && let Some(object) = self.catalog.object(*object)
            {
                made.insert(format_typeid(&object.prefix, record.0), row.number);
            }
        }
        for fault in outcomes.iter_mut().filter_map(|outcome| outcome.as_mut().err()).flatten() {
            let fault = &mut fault.fault;
            if let Some(row) = fault.records.iter().find_map(|id| made.get(id)) {
                fault.hint = Some(format!("it is the record of row {row} of the same file"));
                fault.records.retain(|id| !made.contains_key(id));
            }
        }
    }
}

/// Says of each fault which column of the file it is about.
fn by_column(faults: Faults, load: &Load) -> Vec<RowFault> {
    let column = |fault: &Fault| {
        let path = fault.pointer.strip_prefix("/record").unwrap_or(&fault.pointer);
        let field = path.strip_prefix('/')?.split('/').next()?;
        load.columns.get(field).map(|column| column.as_str().into())
    };
    faults.into_iter().map(|fault| RowFault { column: column(&fault), fault }).collect()
}

/// The results of the rows. Where one refusal undid them all, the others have none.
fn chunk(load: &Load, outcomes: Vec<RowOutcome>, is_nothing: bool) -> ChunkResult {
    let object = outcomes.iter().find_map(|outcome| outcome.as_ref().ok().map(|done| done.object));
    let result = |(row, outcome): (&LoadRow, RowOutcome)| match outcome {
        Ok(_) if is_nothing => None,
        Ok(Done { disposition, object: _, record }) => {
            Some(RowResult::Done { number: row.number, disposition, record })
        }
        Err(faults) => {
            Some(RowResult::Failed { number: row.number, line: row.line, faults, raw: row.raw.clone() })
        }
    };
    let rows = load.chunk().iter().zip(outcomes).filter_map(result).collect();
    ChunkResult { step: load.step + 1, file: load.file.clone(), pass: load.pass, object, rows }
}

/// Of a later pass only what was refused is kept: the first has told of the rest.
fn kept(load: &Load, mut chunk: ChunkResult) -> ChunkResult {
    if load.pass > 0 {
        chunk.rows.retain(|row| matches!(row, RowResult::Failed { .. }));
    }
    chunk
}

/// Counts the rows by the object that they are for.
fn tally(tally: &mut Tally, chunk: &ChunkResult) {
    for row in &chunk.rows {
        let count = match row {
            RowResult::Failed { .. } => &mut tally.failed,
            RowResult::Done { disposition, .. } => match disposition {
                Disposition::Created | Disposition::Restored => &mut tally.created,
                Disposition::Unchanged => &mut tally.unchanged,
                Disposition::Updated | Disposition::Merged => &mut tally.updated,
                Disposition::Deleted | Disposition::Purged => continue,
            },
        };
        *count += 1;
    }
}

fn count(progress: &mut Progress, load: &Load, chunk: &ChunkResult, is_nothing: bool) {
    if let Some(object) = &load.counted {
        tally(progress.objects.entry(object.clone()).or_default(), chunk);
    }
    if load.pass == 0 && !is_nothing {
        progress.rows += i64::try_from(load.chunk().len()).unwrap_or(i64::MAX);
    }
    for row in &chunk.rows {
        let count = match row {
            RowResult::Failed { .. } => &mut progress.failed,
            RowResult::Done { disposition, .. } => match disposition {
                Disposition::Created | Disposition::Restored => &mut progress.created,
                Disposition::Updated | Disposition::Merged => &mut progress.updated,
                Disposition::Deleted | Disposition::Purged => &mut progress.deleted,
                Disposition::Unchanged if load.pass > 0 => continue,
                Disposition::Unchanged => &mut progress.unchanged,
            },
        };
        *count += 1;
    }
}

/// The values of unique keys that a creation gives its record, as far as the input says
/// them: it was prepared, and nothing is wrong with it.
#[must_use]
pub fn unique_values<'c>(operation: &RecordOperation, catalog: &'c Catalog) -> Vec<(&'c Key, KeyValue)> {
    let (Action::Create { .. }, Some((_, Ok(checked)))) = (&operation.action, &operation.prepared) else {
        return Vec::new();
    };
    let Some(object) = catalog.object(checked.object) else { return Vec::new() };
    let mut values = vec![Value::Null; object.fields().len()];
    for (slot, assigned) in &checked.assignments {
        if let (Assigned::Value(value), Some(place)) = (assigned, values.get_mut(*slot)) {
            place.clone_from(value);
        }
    }
    let keys = object.unique_keys();
    keys.filter_map(|key| key_value(object, key, &values).map(|value| (key, value))).collect()
}
