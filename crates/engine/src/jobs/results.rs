//! What became of a job's rows: those that were written with their ids, those that were
//! refused with all that is wrong with them, and those that nobody has come to, read from
//! the file again.

mod rest;
mod write;

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::ObjectNo;
use kith_model::job::{ChunkResult, Job, JobKind, RowResult};

use self::rest::Rest;
use self::write::Writer;
use super::load::{Definition, Effect};
use super::phase::{Cursor, Phase};
use super::read;
use crate::error::Result;
use crate::session::Session;

/// Results of chunks that are read together.
const CHUNKS: u32 = 8;

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was written, or found as it was to be.
    Succeeded,
    /// It was refused.
    Failed,
    /// Nobody has come to it, or it was not written for another's sake.
    Unprocessed,
}

impl Outcome {
    /// The words on the wire.
    pub const WORDS: [(&'static str, Self); 3] =
        [("succeeded", Self::Succeeded), ("failed", Self::Failed), ("unprocessed", Self::Unprocessed)];
}

/// How results are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResultForm {
    /// A JSON object a line.
    JsonLines,
    /// CSV, a line for each fault of a row.
    Csv,
}

/// The results of a job, as they are written.
pub struct ResultStream {
    session: Session,
    job: Job,
    only: Option<Outcome>,
    catalog: Arc<Catalog>,
    writer: Writer,
    /// The step that was written last; none when all were.
    after: Option<i64>,
    /// Whether what a rehearsal found stands for nothing that was written.
    is_undone: bool,
    is_plan: bool,
    rest: Option<Rest>,
}

/// The results of a job, in the order of its rows, all or those with one outcome. Rows that
/// nobody has come to follow all others.
///
/// # Errors
/// `not_found`.
pub async fn results(
    session: &Session,
    job: &str,
    only: Option<Outcome>,
    form: ResultForm,
) -> Result<ResultStream> {
    let id = read::parse(job)?;
    let (_, job) = read::find(session, id).await?;
    let (is_plan, is_undone) = match job.kind {
        JobKind::Load => {
            let definition = Definition::of(&job)?;
            let is_rehearsed = Cursor::of(&job.progress)?.phase == Phase::Rehearse;
            let is_undone = definition.effect == Effect::Atomic && is_rehearsed && !definition.plan;
            (definition.plan, is_undone)
        }
        JobKind::Import | JobKind::Export => (false, false),
    };
    let wants_rest = only.is_none_or(|only| only == Outcome::Unprocessed) && job.kind != JobKind::Export;
    let rest = if wants_rest { Some(Rest::of(session, &job, is_undone)?) } else { None };
    Ok(ResultStream {
        session: session.clone(),
        only,
        catalog: session.catalog(),
        writer: Writer::new(form),
        after: Some(0),
        is_undone,
        is_plan,
        rest,
        job,
    })
}

impl ResultStream {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(after) = self.after {
                self.chunks(after).await?;
            } else if let Some(rest) = &mut self.rest {
                if !rest.write(&mut self.writer).await? {
                    self.rest = None;
                }
            } else {
                return Ok(self.writer.take());
            }
            if let Some(bytes) = self.writer.take() {
                return Ok(Some(bytes));
            }
        }
    }

    async fn chunks(&mut self, after: i64) -> Result<()> {
        let store = &self.session.tenant.store;
        let chunks = store.job_results(self.session.tenant.id, self.job.id, after, CHUNKS).await?.value;
        self.after = chunks.last().map(|chunk| chunk.step);
        for chunk in &chunks {
            self.chunk(chunk);
        }
        Ok(())
    }

    fn chunk(&mut self, chunk: &ChunkResult) {
        let wants = |outcome| self.only.is_none_or(|only| only == outcome);
        let file = (self.job.kind == JobKind::Import).then_some(&*chunk.file);
        for row in &chunk.rows {
            match row {
                RowResult::Done { number, disposition, record } => {
                    if wants(Outcome::Succeeded) && !self.is_undone {
                        // A plan makes no record that an id could stand for.
                        let is_there =
                            !self.is_plan || *disposition != kith_model::operation::Disposition::Created;
                        let id = is_there.then(|| self.id(chunk.object, record.0));
                        self.writer.done(file, *number, *disposition, id);
                    }
                }
                RowResult::Failed { number, line, faults, raw } => {
                    if wants(Outcome::Failed) {
                        self.writer.failed(file, (*number, *line), faults, raw);
                    }
                }
            }
        }
    }

    fn id(&self, object: Option<ObjectNo>, id: uuid::Uuid) -> String {
        let definition = object.and_then(|object| self.catalog.definition(object));
        kith_model::id::format_typeid(definition.map_or("record", |object| object.prefix.as_str()), id)
    }
}
