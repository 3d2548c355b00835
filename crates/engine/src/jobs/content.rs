//! The content of a job's files, read piece by piece: by the runner, and by callers, whole
//! or from a byte on, and as it grows while the job still writes it.

use std::sync::Arc;
use std::time::Duration;

use kith_model::fault::{Code, Fault};
use kith_model::id::JobId;
use kith_model::job::JobState;
use kith_store::{FileDirection, JobPart, Piece};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::read;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::tenant::Tenant;

/// How often a file that grows is looked at: another node may write it.
const POLL: Duration = Duration::from_millis(300);

/// A file of a job, as it is or as it grows.
pub struct FileContent {
    session: Session,
    job: JobId,
    name: String,
    parts: Vec<JobPart>,
}

/// Opens a file of a job.
///
/// # Errors
/// `not_found`, when there is no such job or file.
pub async fn open_file(session: &Session, job: &str, file: &str) -> Result<FileContent> {
    let id = read::parse(job)?;
    read::find(session, id).await?;
    let parts = parts_of(&session.tenant, id, file).await?;
    if parts.is_empty() {
        let shown: String = file.chars().take(100).collect();
        let message = format!("the job `{id}` has no file `{shown}`");
        return Err(Fault::new(Code::NotFound, message).at("file").into());
    }
    Ok(FileContent { session: session.clone(), job: id, name: file.to_owned(), parts })
}

/// The parts of one file, in order.
pub(super) async fn parts_of(tenant: &Tenant, job: JobId, file: &str) -> Result<Vec<JobPart>> {
    let mut parts = tenant.store.job_files(tenant.id, job).await?.value;
    parts.retain(|part| part.name == file);
    parts.sort_by_key(|part| (part.direction, part.part));
    Ok(parts)
}

impl FileContent {
    /// Its media type.
    #[must_use]
    pub fn content_type(&self) -> &str {
        let known = self.parts.first().and_then(|part| part.content_type.as_deref());
        known.unwrap_or("application/octet-stream")
    }

    /// How long it is, once nothing more is written to it.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        let is_whole = self.parts.iter().all(|part| part.is_complete);
        is_whole.then(|| self.parts.iter().map(length).sum())
    }

    /// What tells this content from any other: the hash of its parts' hashes.
    #[must_use]
    pub fn etag(&self) -> Option<String> {
        self.bytes()?;
        let mut hash = Sha256::new();
        self.parts.iter().for_each(|part| hash.update(part.sha256.unwrap_or_default()));
        Some(hex(&hash.finalize()[..16]))
    }

    /// SHA-256 of all of it, where that is known: of a file of one part.
    #[must_use]
    pub fn sha256(&self) -> Option<[u8; 32]> {
        self.bytes()?;
        match self.parts.as_slice() {
            [only] => only.sha256,
            _ => None,
        }
    }

    /// Its bytes from one on, up to another (not included) or to the end; as it grows, if it
    /// is still written.
    #[must_use]
    pub fn stream(self, from: u64, to: Option<u64>) -> FileStream {
        let Self { session, job, name, parts } = self;
        let content = Content { tenant: session.tenant.clone(), job, parts };
        FileStream { content, session, name, at: from, to: to.unwrap_or(u64::MAX) }
    }
}

/// The bytes of a file, one piece after another.
pub struct FileStream {
    content: Content,
    session: Session,
    name: String,
    at: u64,
    to: u64,
}

impl FileStream {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// When the store fails, or the job that wrote the file ended before it was whole.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut progress = self.session.tenant.background.progress.subscribe();
        let mut closing = self.session.engine.closing();
        while self.at < self.to {
            progress.mark_unchanged();
            if let Some(mut bytes) = self.content.read(self.at).await? {
                let room = usize::try_from(self.to - self.at).unwrap_or(usize::MAX);
                bytes.truncate(room);
                self.at += bytes.len() as u64;
                return Ok(Some(bytes));
            }
            if self.content.parts.iter().all(|part| part.is_complete) {
                return Ok(None);
            }
            let (_, job) = read::find(&self.session, self.content.job).await?;
            let parts = parts_of(&self.session.tenant, self.content.job, &self.name).await?;
            let is_there = |part: &JobPart| parts.iter().any(|other| other.content == part.content);
            if !self.content.parts.iter().all(is_there) {
                let message = format!("the job `{}` has begun the file again", job.id);
                return Err(Fault::new(Code::JobMoved, message).into());
            }
            self.content.parts = parts;
            let is_whole = self.content.parts.iter().all(|part| part.is_complete);
            if !is_whole && (job.state != JobState::Running || *closing.borrow()) {
                let message = format!("the job `{}` did not write all of the file", job.id);
                return Err(Fault::new(Code::JobMoved, message).into());
            }
            if !is_whole {
                tokio::select! {
                    _ = tokio::time::timeout(POLL, progress.changed()) => {}
                    _ = closing.changed() => {}
                }
            }
        }
        Ok(None)
    }
}

/// The parts of a file, one after another.
pub(super) struct Content {
    pub(super) tenant: Arc<Tenant>,
    pub(super) job: JobId,
    pub(super) parts: Vec<JobPart>,
}

impl Content {
    /// The bytes from one on, up to the end of the piece that has it; none when there are
    /// none yet, or no more.
    pub(super) async fn read(&self, at: u64) -> Result<Option<Vec<u8>>> {
        let mut start = 0;
        for part in &self.parts {
            if part.is_complete && at >= start + length(part) {
                start += length(part);
                continue;
            }
            let within = i64::try_from(at - start).map_err(Error::internal)?;
            let piece = self.tenant.store.piece(self.tenant.id, self.job, part.content, within).await?;
            let Some(Piece { start: first, mut bytes }) = piece else {
                return if part.is_complete { Err(Error::corrupt("a piece of a file")) } else { Ok(None) };
            };
            let passed = usize::try_from(within - first).map_err(Error::internal)?;
            if passed >= bytes.len() {
                return if part.is_complete { Err(Error::corrupt("a piece of a file")) } else { Ok(None) };
            }
            return Ok(Some(if passed == 0 { bytes } else { bytes.split_off(passed) }));
        }
        Ok(None)
    }

    /// How long it is.
    pub(super) fn bytes(&self) -> u64 {
        self.parts.iter().map(length).sum()
    }
}

fn length(part: &JobPart) -> u64 {
    u64::try_from(part.bytes).unwrap_or(0)
}

/// A hash as it is written.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0')
}

/// A part as the wire has it.
pub(super) fn describe(part: &JobPart) -> Json {
    json!({
        "part": part.part,
        "bytes": part.bytes,
        "sha256": part.sha256.map(|hash| hex(&hash)),
        "is_complete": part.is_complete,
        "created_at": part.created_at.to_string(),
    })
}

/// The word for a file's direction on the wire.
pub(super) fn direction(direction: FileDirection) -> &'static str {
    direction.as_str()
}
