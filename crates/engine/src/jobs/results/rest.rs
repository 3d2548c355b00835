//! The rows that nobody has come to, from the files.

use std::collections::VecDeque;
use std::sync::Arc;

use kith_format::{Format, Place, RawRow, ReadError, Reader};
use kith_model::id::JobId;
use kith_model::job::{Job, JobKind, JobState, RowResult};

use super::CHUNKS;
use super::write::Writer;
use crate::error::Result;
use crate::jobs::content::{Content, parts_of};
use crate::jobs::feed::header;
use crate::jobs::phase::Cursor;
use crate::jobs::stage::Stage;
use crate::jobs::{import, load};
use crate::session::Session;
use crate::tenant::Tenant;

/// Rows that are written together.
const ROWS: usize = 500;

/// What is left of a job's files.
pub(super) struct Rest {
    tenant: Arc<Tenant>,
    job: JobId,
    /// Files that were not gone through to their end: the job that has each, its name, how
    /// it is written.
    files: VecDeque<(JobId, String, Format)>,
    /// Where the first of them goes on.
    from: (Place, u64),
    open: Option<OpenFile>,
    /// Whether results say of which file they are.
    names_files: bool,
    /// Rows that have a result, although they are after the place.
    told: Option<Told>,
}

/// A file that is being read.
struct OpenFile {
    name: String,
    content: Content,
    reader: Reader,
    at: u64,
    skip: u64,
    is_finished: bool,
}

impl Rest {
    /// What is left of a job's files; of a job that has written nothing, everything that
    /// was not refused.
    pub(super) fn of(session: &Session, job: &Job, is_undone: bool) -> Result<Self> {
        let is_load = job.kind == JobKind::Load;
        let stages = if is_load {
            vec![load::Definition::of(job)?.stage()]
        } else {
            import::Definition::of(job)?.stages()?
        };
        let cursor = Cursor::of(&job.progress)?;
        let is_nothing = is_undone || (is_load && job.state == JobState::Failed && job.progress.rows == 0);
        let (stage, from) =
            if is_nothing { (0, (Place::default(), 0)) } else { (cursor.stage, (cursor.place, cursor.skip)) };
        // A second pass adds to rows that have their results.
        let left = stages.into_iter().skip(stage).filter(|stage| stage.pass == 0);
        let files = left.map(|Stage { archive, file, format, .. }| (archive.unwrap_or(job.id), file, format));
        let told = is_nothing.then(|| Told {
            tenant: session.tenant.clone(),
            job: job.id,
            after: Some(0),
            numbers: VecDeque::new(),
        });
        let tenant = session.tenant.clone();
        Ok(Self {
            tenant,
            job: job.id,
            files: files.collect(),
            from,
            open: None,
            names_files: !is_load,
            told,
        })
    }

    /// Writes the next rows; answers whether there may be more.
    pub(super) async fn write(&mut self, writer: &mut Writer) -> Result<bool> {
        let mut written = 0;
        while written < ROWS {
            let Some(open) = &mut self.open else {
                if !self.open_next().await? {
                    return Ok(false);
                }
                continue;
            };
            let Some((row, line, raw)) = open.next().await? else {
                self.open = None;
                continue;
            };
            let is_told = match &mut self.told {
                Some(told) => told.has(row).await?,
                None => false,
            };
            if !is_told {
                writer.unprocessed(self.names_files.then_some(&*open.name), row, line, &raw);
                written += 1;
            }
        }
        Ok(true)
    }

    async fn open_next(&mut self) -> Result<bool> {
        let Some((job, name, format)) = self.files.pop_front() else { return Ok(false) };
        let (place, skip) = std::mem::take(&mut self.from);
        let parts = parts_of(&self.tenant, job, &name).await?;
        if parts.is_empty() {
            tracing::debug!(job = %self.job, file = %name, "a file is not there");
            return Ok(true);
        }
        let content = Content { tenant: self.tenant.clone(), job, parts };
        let columns = match &format {
            Format::Csv(_) if place.offset > 0 => header(&content, &format).await?,
            Format::Csv(_) | Format::JsonLines => Vec::new(),
        };
        let reader = Reader::resume(&format, place, columns);
        self.open = Some(OpenFile { name, content, reader, at: place.offset, skip, is_finished: false });
        Ok(true)
    }
}

impl OpenFile {
    /// The next row: its number, its line, and as it came.
    async fn next(&mut self) -> Result<Option<(u64, u64, Box<str>)>> {
        loop {
            match self.reader.next() {
                Some(_) if self.skip > 0 => self.skip -= 1,
                Some(
                    Ok(RawRow { number, line, raw, .. }) | Err(ReadError::Row { number, line, raw, .. }),
                ) => return Ok(Some((number, line, raw))),
                Some(Err(ReadError::File { .. })) => return Ok(None),
                None if self.is_finished => return Ok(None),
                None => match self.content.read(self.at).await? {
                    Some(piece) => {
                        self.at += piece.len() as u64;
                        self.reader.feed(&piece);
                    }
                    None => {
                        self.is_finished = true;
                        self.reader.finish();
                    }
                },
            }
        }
    }
}

/// The numbers of rows that were refused, in order, read as they are asked for.
struct Told {
    tenant: Arc<Tenant>,
    job: JobId,
    /// The step whose results were read last; none when all were.
    after: Option<i64>,
    numbers: VecDeque<u64>,
}

impl Told {
    /// Whether a row was refused; rows are asked for in order.
    async fn has(&mut self, row: u64) -> Result<bool> {
        loop {
            while self.numbers.front().is_some_and(|first| *first < row) {
                self.numbers.pop_front();
            }
            let after = match (self.numbers.front(), self.after) {
                (Some(first), _) => return Ok(*first == row),
                (None, None) => return Ok(false),
                (None, Some(after)) => after,
            };
            let chunks = self.tenant.store.job_results(self.tenant.id, self.job, after, CHUNKS).await?.value;
            self.after = chunks.last().map(|chunk| chunk.step);
            for row in chunks.into_iter().flat_map(|chunk| chunk.rows) {
                if let RowResult::Failed { number, .. } = row {
                    self.numbers.extend(u64::try_from(number).ok());
                }
            }
        }
    }
}
