//! Jobs, the content of their files, and what became of rows.

use kith_model::decide::{Found, JobWrite, Key};
use kith_model::id::JobId;
use kith_model::job::{ChunkResult, Job, JobKind, JobState, Progress, RowResult};
use kith_model::journal::Actor;
use kith_model::operation::Disposition;
use kith_model::time::Timestamp;
use uuid::Uuid;

use super::desk::{Desk, record};
use crate::job::{FileDirection, JobPart, Piece};
use crate::query::Lease;

const JOB: JobId = JobId(Uuid::from_u128(0xE));
const CONTENT: Uuid = Uuid::from_u128(0xF);

fn job() -> Job {
    Job {
        id: JOB,
        kind: JobKind::Load,
        state: JobState::Open,
        definition: "{}".into(),
        actor: Actor::System,
        progress: Progress::default(),
        error: None,
        created_at: Timestamp(7),
        started_at: None,
        ended_at: None,
    }
}

fn part(content: Uuid) -> JobPart {
    JobPart {
        job: JOB,
        direction: FileDirection::Input,
        name: "data".to_owned(),
        part: 1,
        is_complete: true,
        content,
        bytes: 6,
        sha256: Some([7; 32]),
        rows: None,
        content_type: Some("text/csv".to_owned()),
        created_at: Timestamp(8),
    }
}

fn lease(until: i64) -> Lease {
    Lease { holder: Uuid::from_u128(1), now: Timestamp(20), until: Timestamp(until) }
}

async fn with_job() -> Desk {
    let desk = Desk::ready().await;
    desk.write(&[], |merged| merged.jobs.push(JobWrite::Create(Box::new(job())))).await.unwrap();
    desk
}

#[tokio::test]
async fn keeps_content_in_pieces_beside_the_tenant() {
    let desk = with_job().await;
    let put = |start: i64, bytes: &[u8]| {
        desk.store.put_piece(desk.tenant, JOB, CONTENT, Piece { start, bytes: bytes.to_vec() })
    };
    put(0, b"one").await.unwrap();
    put(3, b"two").await.unwrap();
    assert!(desk.store.put_part(desk.tenant, part(CONTENT)).await.unwrap());
    let files = desk.store.job_files(desk.tenant, JOB).await.unwrap().value;
    assert_eq!(files, [part(CONTENT)]);
    for (byte, expected) in [(0, (0, "one")), (2, (0, "one")), (3, (3, "two")), (99, (3, "two"))] {
        let piece = desk.store.piece(desk.tenant, JOB, CONTENT, byte).await.unwrap().unwrap();
        assert_eq!((piece.start, piece.bytes.as_slice()), (expected.0, expected.1.as_bytes()));
    }
    let stray = Uuid::from_u128(0x10);
    desk.store.put_piece(desk.tenant, JOB, stray, Piece { start: 0, bytes: b"x".to_vec() }).await.unwrap();
    assert_eq!(desk.store.stray_contents(desk.tenant, JOB).await.unwrap(), [stray]);
    desk.store.drop_content(desk.tenant, JOB, stray).await.unwrap();
    assert_eq!(desk.store.piece(desk.tenant, JOB, stray, 0).await.unwrap(), None);
    let folder = desk.dir.path().join("tenants").join(format!("{}.files", desk.tenant)).join(JOB.to_string());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    assert!(!desk.store.forget_job(desk.tenant, JOB).await.unwrap(), "it has not ended");
    let end = JobWrite::End { id: JOB, state: JobState::Canceled, error: None, at: Timestamp(30) };
    desk.write(&[], |merged| merged.jobs.push(end)).await.unwrap();
    assert!(desk.store.forget_job(desk.tenant, JOB).await.unwrap());
    assert!(!folder.exists());
    assert_eq!(desk.store.job_files(desk.tenant, JOB).await.unwrap().value, []);
}

#[tokio::test]
async fn takes_no_part_once_a_job_was_started() {
    let desk = with_job().await;
    assert!(desk.store.start_job(desk.tenant, JOB, Timestamp(10)).await.unwrap());
    assert!(!desk.store.start_job(desk.tenant, JOB, Timestamp(11)).await.unwrap());
    assert!(!desk.store.put_part(desk.tenant, part(CONTENT)).await.unwrap());
    let output = JobPart { direction: FileDirection::Output, is_complete: false, ..part(CONTENT) };
    assert!(desk.store.put_part(desk.tenant, output).await.unwrap());
}

#[tokio::test]
async fn keeps_progress_and_results_with_the_rows() {
    let desk = with_job().await;
    desk.store.start_job(desk.tenant, JOB, Timestamp(10)).await.unwrap();
    let held = desk.store.lease_job(desk.tenant, lease(40)).await.unwrap().unwrap();
    assert_eq!((held.state, held.started_at), (JobState::Running, Some(Timestamp(10))));
    let other = Lease { holder: Uuid::from_u128(2), ..lease(50) };
    assert_eq!(desk.store.lease_job(desk.tenant, other).await.unwrap(), None);
    let progress = Progress { step: 1, rows: 2, created: 2, cursor: "\"x\"".into(), ..Progress::default() };
    let done = |number| RowResult::Done { number, disposition: Disposition::Created, record: record(7) };
    let rows = vec![done(1), done(2)];
    let chunk = ChunkResult { step: 1, file: "data".into(), pass: 0, object: None, rows };
    let write = JobWrite::Progress { id: JOB, progress: Box::new(progress.clone()), chunk: chunk.clone() };
    desk.write(&[], |merged| merged.jobs.push(write)).await.unwrap();
    let Found::Job(Some(found)) = desk.found(Key::Job(JOB)).await else { panic!("no job") };
    assert_eq!(found.progress, progress);
    assert_eq!(desk.found(Key::UnfinishedJobs).await, Found::Counter(1));
    assert_eq!(desk.store.job_results(desk.tenant, JOB, 0, 10).await.unwrap().value, [chunk]);
    assert_eq!(desk.store.job_results(desk.tenant, JOB, 1, 10).await.unwrap().value, []);
    let further = Progress { step: 2, ..progress };
    assert!(desk.store.forward_job(desk.tenant, JOB, further, lease(60)).await.unwrap());
    let end = JobWrite::End { id: JOB, state: JobState::Done, error: None, at: Timestamp(70) };
    desk.write(&[], |merged| merged.jobs.push(end)).await.unwrap();
    assert!(!desk.store.hold_job(desk.tenant, JOB, lease(80)).await.unwrap());
    assert_eq!(desk.found(Key::UnfinishedJobs).await, Found::Counter(0));
    let expired = desk.store.expired_jobs(desk.tenant, Timestamp(71), None, 10).await.unwrap();
    assert_eq!(expired, [JOB]);
    assert_eq!(desk.store.jobs(desk.tenant, None, 10).await.unwrap().value.len(), 1);
}

#[tokio::test]
async fn notes_tenants_with_work_to_do() {
    let desk = Desk::empty().await;
    let desk = {
        desk.store.put_busy(desk.tenant).await.unwrap();
        desk.store.put_busy(desk.tenant).await.unwrap();
        desk.reopened().await
    };
    assert_eq!(desk.store.busy_tenants(None, 10).await.unwrap(), [desk.tenant]);
    desk.store.remove_busy(desk.tenant).await.unwrap();
    assert_eq!(desk.store.busy_tenants(None, 10).await.unwrap(), []);
}
