//! Chunks of a job's rows, and jobs themselves.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::world::{World, map};
use crate::fault::{Code, Fault, Faults};
use crate::id::JobId;
use crate::job::{
    JobEnd, JobKind, JobState, Load, LoadEffect, LoadRow, NewJob, Progress, RowFault, RowResult,
};
use crate::operation::{Action, Duplicates, RecordOperation, Work};

const JOB: JobId = JobId(Uuid::nil());

fn world() -> World {
    let email = json!({ "name": "email", "type": "email", "required": true, "unique": true });
    let mut world = World::of(&[json!({ "name": "contact", "fields": [email] })]);
    let about = map(&json!({ "objects": ["contact"], "operation": "create" }));
    let new = NewJob { id: JOB, kind: JobKind::Load, definition: "{}".into(), about };
    world.submit(Work::CreateJob(new)).unwrap();
    world
}

fn started() -> World {
    let mut world = world();
    world.jobs.get_mut(&JOB).unwrap().state = JobState::Running;
    world
}

fn creating(record: &Json) -> RecordOperation {
    RecordOperation {
        object: "contact".to_owned(),
        action: Action::Create { input: Arc::new(map(record)) },
        label: None,
        duplicates: Duplicates::Ignore,
        source: None,
        stamps: None,
        prepared: None,
    }
}

/// Rows that make contacts; one without an e-mail could not be read.
fn rows(emails: &[&str]) -> Arc<Vec<LoadRow>> {
    let row = |(number, email): (i64, &&str)| {
        let unread = || vec![RowFault { fault: Fault::new(Code::InvalidFile, "x"), column: None }];
        let work = if email.is_empty() { Err(unread()) } else { Ok(creating(&json!({ "email": email }))) };
        LoadRow { number, line: number + 1, raw: (**email).into(), work }
    };
    Arc::new((1..).zip(emails).map(row).collect())
}

fn load(step: i64, rows: &Arc<Vec<LoadRow>>, effect: LoadEffect) -> Load {
    Load {
        job: JOB,
        step,
        cursor: format!("\"{step}\"").into(),
        file: "data".into(),
        pass: 0,
        rows: rows.clone(),
        range: 0..rows.len(),
        columns: Arc::new(HashMap::from([("email".to_owned(), "E-Mail".to_owned())])),
        effect,
        total: None,
        counted: None,
    }
}

fn submit(world: &mut World, load: Load) -> Result<(), Faults> {
    world.submit(Work::Load(load)).map(drop)
}

fn progress(world: &World) -> &Progress {
    &world.jobs[&JOB].progress
}

/// Each result: `1 done`, or `2 not_unique E-Mail`.
fn told(world: &World) -> Vec<String> {
    let tell = |row: &RowResult| match row {
        RowResult::Done { number, .. } => format!("{number} done"),
        RowResult::Failed { number, faults, .. } => {
            let column = faults[0].column.as_deref().unwrap_or("-");
            format!("{number} {} {column}", faults[0].fault.code.as_str())
        }
    };
    world.results.iter().map(tell).collect()
}

#[test]
fn sets_refused_rows_aside() {
    let mut world = started();
    let rows = rows(&["a@example.org", "", "a@example.org", "nobody", "b@example.org"]);
    submit(&mut world, load(0, &rows, LoadEffect::Independent)).unwrap();
    let expected = ["1 done", "2 invalid_file -", "3 not_unique E-Mail", "4 invalid_value E-Mail", "5 done"];
    assert_eq!(told(&world), expected);
    let progress = progress(&world);
    assert_eq!((progress.step, progress.rows, progress.created, progress.failed), (1, 5, 2, 3));
    assert_eq!(&*progress.cursor, "\"0\"");
    assert_eq!(world.kinds(), ["record.created contact", "record.created contact"]);
}

#[test]
fn writes_all_or_none() {
    let mut world = started();
    let bad = rows(&["a@example.org", "nobody"]);
    submit(&mut world, load(0, &bad, LoadEffect::Atomic)).unwrap();
    assert_eq!(told(&world), ["2 invalid_value E-Mail"]);
    assert_eq!((progress(&world).rows, progress(&world).failed, progress(&world).created), (0, 1, 0));
    assert_eq!(world.count(), 0);
    let good = rows(&["a@example.org", "b@example.org"]);
    submit(&mut world, load(1, &good, LoadEffect::Atomic)).unwrap();
    assert_eq!((progress(&world).rows, progress(&world).created, world.count()), (2, 2, 2));
}

#[test]
fn plans_without_a_trace_in_the_records_or_the_journal() {
    let mut world = started();
    let position = progress(&world).position;
    let rows = rows(&["a@example.org", "A@example.org"]);
    submit(&mut world, load(0, &rows, LoadEffect::Plan)).unwrap();
    assert_eq!(told(&world), ["1 done", "2 not_unique E-Mail"]);
    let RowResult::Failed { faults, .. } = &world.results[1] else { panic!("it was not refused") };
    assert!(faults[0].fault.records.is_empty(), "no record that was never made is named");
    assert_eq!(faults[0].fault.hint.as_deref(), Some("it is the record of row 1 of the same file"));
    assert_eq!((progress(&world).created, progress(&world).position, world.count()), (1, position, 0));
    assert!(world.changes.is_empty());
}

#[test]
fn refuses_a_chunk_that_does_not_follow() {
    let mut world = world();
    let rows = rows(&["a@example.org"]);
    let refused = |result: Result<(), Faults>| result.unwrap_err()[0].code;
    let chunk = |step| load(step, &rows, LoadEffect::Independent);
    assert_eq!(refused(submit(&mut world, chunk(0))), Code::JobMoved, "it was not started");
    world.jobs.get_mut(&JOB).unwrap().state = JobState::Running;
    assert_eq!(refused(submit(&mut world, chunk(1))), Code::JobMoved);
    submit(&mut world, chunk(0)).unwrap();
    assert_eq!(refused(submit(&mut world, chunk(0))), Code::JobMoved, "a second time");
    let end = |step| Work::EndJob(JobEnd { id: JOB, state: JobState::Done, error: None, step });
    assert_eq!(refused(world.submit(end(Some(0))).map(drop)), Code::JobMoved);
    world.submit(end(Some(1))).unwrap();
    assert_eq!(refused(world.submit(end(None)).map(drop)), Code::JobMoved);
    assert_eq!(refused(submit(&mut world, chunk(1))), Code::JobMoved);
}

#[test]
fn tells_its_beginning_and_its_end_in_the_journal() {
    let mut world = world();
    let diff =
        |world: &World| -> Json { serde_json::from_str(world.changes[0].diff.as_deref().unwrap()).unwrap() };
    let expected = json!({ "id": JOB, "kind": "load", "objects": ["contact"], "operation": "create" });
    assert_eq!(diff(&world), expected);
    world
        .submit(Work::EndJob(JobEnd { id: JOB, state: JobState::Canceled, error: None, step: None }))
        .unwrap();
    assert_eq!(diff(&world)["state"], "canceled");
    assert_eq!(diff(&world)["rows"]["done"], 0);
}

#[test]
fn counts_a_later_pass_by_what_it_changes() {
    let mut world = started();
    let bad = rows(&["nobody", "a@example.org"]);
    let second = Load { pass: 1, ..load(0, &bad, LoadEffect::Independent) };
    submit(&mut world, second).unwrap();
    assert_eq!(told(&world), ["1 invalid_value E-Mail"]);
    assert_eq!((progress(&world).rows, progress(&world).created, progress(&world).failed), (0, 1, 1));
}
