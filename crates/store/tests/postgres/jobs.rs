//! Jobs, with the content of their files in rows.

use kith_model::decide::{Found, JobWrite, Key};
use kith_model::id::JobId;
use kith_model::job::{ChunkResult, Job, JobKind, JobState, Progress, RowResult};
use kith_model::journal::Actor;
use kith_model::operation::Disposition;
use kith_model::time::Timestamp;
use kith_store::{FileDirection, JobPart, Lease, Piece};
use uuid::Uuid;

use crate::world::{World, id as record};

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

async fn with_job() -> World {
    let world = World::new().await;
    world.write(&[], |merged| merged.jobs.push(JobWrite::Create(Box::new(job())))).await.unwrap();
    world
}

/// The answer to one key.
async fn load(world: &World, key: Key) -> Found {
    let (mut writing, _) = world.store.grant(world.tenant).await.unwrap();
    let found = writing.load(&world.catalog, &[key]).await.unwrap();
    writing.rollback().await;
    found.into_iter().next().unwrap()
}

#[tokio::test]
async fn keeps_content_in_pieces_beside_the_tenant() {
    let world = with_job().await;
    let put = |start: i64, bytes: &[u8]| {
        world.store.put_piece(world.tenant, JOB, CONTENT, Piece { start, bytes: bytes.to_vec() })
    };
    put(0, b"one").await.unwrap();
    put(3, b"two").await.unwrap();
    assert!(world.store.put_part(world.tenant, part(CONTENT)).await.unwrap());
    let files = world.store.job_files(world.tenant, JOB).await.unwrap().value;
    assert_eq!(files, [part(CONTENT)]);
    for (byte, expected) in [(0, (0, "one")), (2, (0, "one")), (3, (3, "two")), (99, (3, "two"))] {
        let piece = world.store.piece(world.tenant, JOB, CONTENT, byte).await.unwrap().unwrap();
        assert_eq!((piece.start, piece.bytes.as_slice()), (expected.0, expected.1.as_bytes()));
    }
    let stray = Uuid::from_u128(0x10);
    world.store.put_piece(world.tenant, JOB, stray, Piece { start: 0, bytes: b"x".to_vec() }).await.unwrap();
    assert_eq!(world.store.stray_contents(world.tenant, JOB).await.unwrap(), [stray]);
    world.store.drop_content(world.tenant, JOB, stray).await.unwrap();
    assert_eq!(world.store.piece(world.tenant, JOB, stray, 0).await.unwrap(), None);
    assert!(!world.store.forget_job(world.tenant, JOB).await.unwrap(), "it has not ended");
    let end = JobWrite::End { id: JOB, state: JobState::Canceled, error: None, at: Timestamp(30) };
    world.write(&[], |merged| merged.jobs.push(end)).await.unwrap();
    assert!(world.store.forget_job(world.tenant, JOB).await.unwrap());
    assert_eq!(world.store.job_files(world.tenant, JOB).await.unwrap().value, []);
}

#[tokio::test]
async fn takes_no_part_once_a_job_was_started() {
    let world = with_job().await;
    assert!(world.store.start_job(world.tenant, JOB, Timestamp(10)).await.unwrap());
    assert!(!world.store.start_job(world.tenant, JOB, Timestamp(11)).await.unwrap());
    assert!(!world.store.put_part(world.tenant, part(CONTENT)).await.unwrap());
    let output = JobPart { direction: FileDirection::Output, is_complete: false, ..part(CONTENT) };
    assert!(world.store.put_part(world.tenant, output).await.unwrap());
}

#[tokio::test]
async fn keeps_progress_and_results_with_the_rows() {
    let world = with_job().await;
    world.store.start_job(world.tenant, JOB, Timestamp(10)).await.unwrap();
    let held = world.store.lease_job(world.tenant, lease(40)).await.unwrap().unwrap();
    assert_eq!((held.state, held.started_at), (JobState::Running, Some(Timestamp(10))));
    let other = Lease { holder: Uuid::from_u128(2), ..lease(50) };
    assert_eq!(world.store.lease_job(world.tenant, other).await.unwrap(), None);
    let progress = Progress { step: 1, rows: 2, created: 2, cursor: "\"x\"".into(), ..Progress::default() };
    let done = |number| RowResult::Done { number, disposition: Disposition::Created, record: record(7) };
    let rows = vec![done(1), done(2)];
    let chunk = ChunkResult { step: 1, file: "data".into(), pass: 0, object: None, rows };
    let write = JobWrite::Progress { id: JOB, progress: Box::new(progress.clone()), chunk: chunk.clone() };
    world.write(&[], |merged| merged.jobs.push(write)).await.unwrap();
    let Found::Job(Some(found)) = load(&world, Key::Job(JOB)).await else { panic!("no job") };
    assert_eq!(found.progress, progress);
    assert_eq!(load(&world, Key::UnfinishedJobs).await, Found::Counter(1));
    assert_eq!(world.store.job_results(world.tenant, JOB, 0, 10).await.unwrap().value, [chunk]);
    assert_eq!(world.store.job_results(world.tenant, JOB, 1, 10).await.unwrap().value, []);
    let further = Progress { step: 2, ..progress };
    assert!(world.store.forward_job(world.tenant, JOB, further, lease(60)).await.unwrap());
    let end = JobWrite::End { id: JOB, state: JobState::Done, error: None, at: Timestamp(70) };
    world.write(&[], |merged| merged.jobs.push(end)).await.unwrap();
    assert!(!world.store.hold_job(world.tenant, JOB, lease(80)).await.unwrap());
    assert_eq!(load(&world, Key::UnfinishedJobs).await, Found::Counter(0));
    let expired = world.store.expired_jobs(world.tenant, Timestamp(71), None, 10).await.unwrap();
    assert_eq!(expired, [JOB]);
    assert_eq!(world.store.jobs(world.tenant, None, 10).await.unwrap().value.len(), 1);
}
