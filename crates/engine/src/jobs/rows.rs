//! Rows of files written chunk by chunk: while the lane commits one chunk, the next is read
//! and prepared. Where the work goes on is committed with the rows.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kith_model::decide::Reply;
use kith_model::fault::{Code, Fault, Faults};
use kith_model::job::{Job, Load, LoadEffect, LoadRow, RowFault};
use kith_model::limits::ATOMIC_ROWS_MAX;
use kith_model::operation::Work;

use super::content::{Content, parts_of};
use super::feed::{Chunk, End, Feed};
use super::phase::{Cursor, Phase, Ran};
use super::repeats::Repeats;
use super::stage::Stage;
use super::submit::submit;
use crate::background::{Pace, back_off, is_passing, lease};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::rights;
use crate::tenant::Tenant;

/// How often the lease is made longer: well before it is over.
const HOLD_EVERY: Duration = Duration::from_millis(1_500);

/// What a job's rows are gone through for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum How {
    /// Each is written for itself.
    Independent,
    /// All are written, or none.
    Atomic,
    /// None is written.
    Plan,
}

/// A job at work on its rows.
struct Runner<'r> {
    engine: &'r Engine,
    tenant: &'r Arc<Tenant>,
    job: &'r mut Job,
    stages: &'r [Stage],
    how: How,
    pace: Pace,
    held: Instant,
    repeats: Repeats,
}

/// What came of a piece of the work.
enum Step<T> {
    /// It goes on.
    On(T),
    /// The job is over, or not this node's any more.
    Ended(Ran),
}

/// What came of submitting a chunk.
enum Submitted {
    /// It was dealt with; so many of its rows were refused.
    Done(i64),
    /// The database refused it, or it is too much at once.
    Refused(Faults),
    /// The job is elsewhere.
    Lost,
}

/// Goes through the stages of a job, from where it is.
///
/// # Errors
/// What may pass, or is a fault of Kith itself; the job is where it was committed.
pub(crate) async fn run(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    job: &mut Job,
    stages: &[Stage],
    how: How,
) -> Result<Ran> {
    let mut cursor = Cursor::of(&job.progress)?;
    let is_resumed = cursor != Cursor { phase: cursor.phase, ..Cursor::default() };
    let repeats = if is_resumed { Repeats::blind() } else { Repeats::default() };
    let (pace, held) = (Pace::of_load(), Instant::now());
    let is_first = job.progress.step == 0;
    let mut runner = Runner { engine, tenant, job, stages, how, pace, held, repeats };
    if is_first && how == How::Atomic {
        if let Some(ran) = runner.at_once(&cursor).await? {
            return Ok(ran);
        }
        cursor.phase = Phase::Rehearse;
    }
    loop {
        cursor = match stages.get(cursor.stage) {
            Some(stage) => match runner.stage(stage, cursor).await? {
                Step::On(cursor) => cursor,
                Step::Ended(ran) => return Ok(ran),
            },
            None if cursor.phase == Phase::Rehearse => match runner.begin_to_write().await? {
                Step::On(cursor) => cursor,
                Step::Ended(ran) => return Ok(ran),
            },
            None => return Ok(Ran::done(runner.job)),
        };
    }
}

impl Runner<'_> {
    /// All rows in one transaction, if they are few enough.
    async fn at_once(&mut self, cursor: &Cursor) -> Result<Option<Ran>> {
        let [stage] = self.stages else { return Ok(None) };
        let mut feed = self.feed(stage, cursor).await?;
        let most = usize::try_from(ATOMIC_ROWS_MAX).unwrap_or(usize::MAX);
        let chunk = feed.all(self.tenant, stage, most).await?;
        match chunk.end {
            End::None => return Ok(None),
            End::Broken(fault) => return Ok(Some(Ran::failed(self.job, fault))),
            End::File if chunk.rows.is_empty() => return Ok(Some(Ran::done(self.job))),
            End::File => {}
        }
        let after = cursor.next_stage(feed.bytes());
        Ok(Some(match self.commit(chunk, stage, cursor, &after).await? {
            Step::On(()) => Ran::done(self.job),
            Step::Ended(ran) => ran,
        }))
    }

    /// Goes through a stage's file, from a place on.
    async fn stage(&mut self, stage: &Stage, mut cursor: Cursor) -> Result<Step<Cursor>> {
        let mut feed = self.feed(stage, &cursor).await?;
        let tenant = self.tenant.clone();
        let mut next = feed.chunk(&tenant, stage, self.pace.size()).await?;
        loop {
            let mut chunk = next;
            if self.is_rehearsal(&cursor) {
                self.repeats.check(&mut chunk);
                cursor.is_blind = self.repeats.is_blind();
            }
            let after = match chunk.end {
                End::File => cursor.next_stage(feed.bytes()),
                End::None | End::Broken(_) => Cursor { place: chunk.to, skip: 0, ..cursor.clone() },
            };
            let end = std::mem::replace(&mut chunk.end, End::None);
            let has_rows = !chunk.rows.is_empty();
            if let End::None = end {
                let size = self.pace.size();
                let commit = async {
                    if has_rows { self.commit(chunk, stage, &cursor, &after).await } else { Ok(Step::On(())) }
                };
                let (committed, read) = tokio::join!(commit, feed.chunk(&tenant, stage, size));
                if let Step::Ended(ran) = committed? {
                    return Ok(Step::Ended(ran));
                }
                next = read?;
                cursor = after;
                continue;
            }
            if has_rows && let Step::Ended(ran) = self.commit(chunk, stage, &cursor, &after).await? {
                return Ok(Step::Ended(ran));
            }
            return Ok(match end {
                End::Broken(fault) => Step::Ended(Ran::failed(self.job, fault)),
                End::File | End::None => Step::On(after),
            });
        }
    }

    async fn feed(&self, stage: &Stage, cursor: &Cursor) -> Result<Feed> {
        let job = stage.archive.unwrap_or(self.job.id);
        let parts = parts_of(self.tenant, job, &stage.file).await?;
        let content = Content { tenant: self.tenant.clone(), job, parts };
        Feed::open(content, stage, cursor.place, cursor.skip).await
    }

    /// Writes a chunk; what the database refuses again in halves, until the guilty row
    /// stands alone and is refused by name.
    async fn commit(&mut self, chunk: Chunk, stage: &Stage, from: &Cursor, to: &Cursor) -> Result<Step<()>> {
        let Chunk { rows, from: place, skip, read, mapping, .. } = chunk;
        if !rights::may_stamp(self.tenant, self.job.actor, &rows).await? {
            return Ok(Step::Ended(Ran::failed(self.job, rights::lacking())));
        }
        let rows = Arc::new(rows);
        let columns = mapping.map(|mapping| mapping.columns()).unwrap_or_default();
        let mut ranges = Vec::from_iter(std::iter::once(0..rows.len()));
        while let Some(range) = ranges.pop() {
            let cursor = match read.get(range.end.wrapping_sub(1)) {
                Some(read) if range.end < rows.len() => {
                    Cursor { place, skip: skip + read, ..from.clone() }.text()
                }
                _ => to.text(),
            };
            let is_last = range.end == rows.len() && to.stage == self.stages.len();
            let load = Load {
                job: self.job.id,
                step: self.job.progress.step,
                cursor,
                file: stage.file.as_str().into(),
                pass: stage.pass,
                counted: stage.counted.as_deref().map(Into::into),
                rows: rows.clone(),
                range: range.clone(),
                columns: columns.clone(),
                effect: self.effect(from),
                total: is_last.then(|| self.total(stage, range.len())),
            };
            let refused = match self.submit(load.clone()).await? {
                Submitted::Done(failed) => match self.after_chunk(from, failed) {
                    Some(ran) => return Ok(Step::Ended(ran)),
                    None => continue,
                },
                Submitted::Lost => return Ok(Step::Ended(Ran::Lost)),
                Submitted::Refused(faults) => faults,
            };
            if range.len() > 1 && load.effect != LoadEffect::Atomic {
                let middle = range.start + range.len() / 2;
                ranges.push(middle..range.end);
                ranges.push(range.start..middle);
                continue;
            }
            if load.effect == LoadEffect::Atomic {
                let fault = refused.into_iter().next();
                let fault = fault.unwrap_or_else(|| Fault::new(Code::Internal, "a chunk was refused"));
                return Ok(Step::Ended(Ran::failed(self.job, fault)));
            }
            match self.submit(alone(load, range, refused)).await? {
                Submitted::Done(_) => {}
                Submitted::Lost => return Ok(Step::Ended(Ran::Lost)),
                Submitted::Refused(_) => return Err(Error::internal("a refusal was refused")),
            }
        }
        Ok(Step::On(()))
    }

    /// Submits a chunk until it is known what became of it.
    async fn submit(&mut self, load: Load) -> Result<Submitted> {
        let mut tries = 0;
        loop {
            if self.held.elapsed() >= HOLD_EVERY {
                let (store, tenant) = (&self.tenant.store, self.tenant.id);
                if !store.hold_job(tenant, self.job.id, lease(self.engine)).await? {
                    return Ok(Submitted::Lost);
                }
                self.held = Instant::now();
            }
            self.pace.begin(self.tenant);
            let error = match submit(self.engine, self.tenant, self.job, Work::Load(load.clone())).await {
                Ok(outcome) => {
                    let Reply::Loaded(reply) = outcome.answer else {
                        return Err(Error::internal("a chunk was answered otherwise"));
                    };
                    self.job.progress = reply.progress;
                    self.tenant.background.come_forward();
                    self.pace.end(outcome.position).await;
                    return Ok(Submitted::Done(reply.failed));
                }
                Err(error) => error,
            };
            let code = error.faults().first().map_or(Code::Internal, |fault| fault.code);
            match code {
                Code::JobMoved | Code::NotFound => return Ok(Submitted::Lost),
                Code::Timeout if load.range.len() > 1 => {
                    return Ok(Submitted::Refused(error.faults().into()));
                }
                _ if is_passing(&error) => {
                    tracing::warn!(tenant = %self.tenant.id, job = %self.job.id, error = ?error, "a job rests");
                    back_off(tries).await;
                    tries += 1;
                }
                Code::Internal if !error.is_refused() => return Err(error),
                _ => return Ok(Submitted::Refused(error.faults().into())),
            }
        }
    }

    /// How the job ends because of a chunk that was dealt with, if it does.
    fn after_chunk(&self, at: &Cursor, failed: i64) -> Option<Ran> {
        if self.effect(at) != LoadEffect::Atomic || failed == 0 {
            return None;
        }
        let rows = self.job.progress.rows;
        let done = if rows > 0 { format!("; {rows} rows were written before") } else { String::new() };
        Some(Ran::failed(self.job, refused(failed).hint(format!("the results say why{done}"))))
    }

    /// All rows were decided: from the beginning again, to write them, unless one of them
    /// was refused.
    async fn begin_to_write(&mut self) -> Result<Step<Cursor>> {
        let failed = self.job.progress.failed;
        let (store, tenant) = (&self.tenant.store, self.tenant.id);
        let before = &self.job.progress;
        if failed > 0 {
            // What would have been done was not.
            let (step, mut progress) = (before.step + 1, before.clone());
            progress.step = step;
            (progress.created, progress.updated, progress.unchanged, progress.deleted) = (0, 0, 0, 0);
            if !store.forward_job(tenant, self.job.id, progress.clone(), lease(self.engine)).await? {
                return Ok(Step::Ended(Ran::Lost));
            }
            self.job.progress = progress;
            let fault = refused(failed).hint("the results say why; nothing was written");
            return Ok(Step::Ended(Ran::failed(self.job, fault)));
        }
        let cursor = Cursor::default();
        let progress = kith_model::job::Progress {
            step: before.step + 1,
            cursor: cursor.text(),
            total: before.total,
            ..kith_model::job::Progress::default()
        };
        // What the rehearsal found is of no use any more; a crash between these two goes
        // through the end of it again.
        store.clear_job_results(tenant, self.job.id).await?;
        if !store.forward_job(tenant, self.job.id, progress.clone(), lease(self.engine)).await? {
            return Ok(Step::Ended(Ran::Lost));
        }
        self.job.progress = progress;
        Ok(Step::On(cursor))
    }

    fn effect(&self, at: &Cursor) -> LoadEffect {
        match (self.how, at.phase) {
            (How::Plan, _) | (How::Atomic, Phase::Rehearse) => LoadEffect::Plan,
            (How::Atomic, Phase::Write) => LoadEffect::Atomic,
            (How::Independent, _) => LoadEffect::Independent,
        }
    }

    fn is_rehearsal(&self, at: &Cursor) -> bool {
        self.effect(at) == LoadEffect::Plan
    }

    /// How many rows there are, once the last chunk is at hand.
    fn total(&self, stage: &Stage, rows: usize) -> i64 {
        let counted = if stage.pass == 0 { i64::try_from(rows).unwrap_or(i64::MAX) } else { 0 };
        self.job.progress.rows + counted
    }
}

/// The chunk of a row that the database refuses, to be refused by name.
fn alone(load: Load, range: Range<usize>, faults: Faults) -> Load {
    let faults = faults.into_iter().map(|fault| RowFault { fault, column: None }).collect();
    let row = load.rows.get(range).and_then(<[LoadRow]>::first);
    let row = row.map(|row| LoadRow {
        number: row.number,
        line: row.line,
        raw: row.raw.clone(),
        work: Err(faults),
    });
    let rows: Vec<LoadRow> = row.into_iter().collect();
    Load { range: 0..rows.len(), rows: Arc::new(rows), ..load }
}

fn refused(failed: i64) -> Fault {
    let rows = if failed == 1 { "1 row was".to_owned() } else { format!("{failed} rows were") };
    Fault::new(Code::BatchFailed, format!("{rows} refused, so none is written"))
}
