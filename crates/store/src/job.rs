//! Jobs as the store keeps them: the parts of their files, and what became of rows.

use kith_model::id::{JobId, ObjectNo};
use kith_model::job::{ChunkResult, JobState};
use kith_model::time::Timestamp;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Which way a job's file goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FileDirection {
    /// The caller sends it.
    Input,
    /// The job makes it.
    Output,
}

impl FileDirection {
    /// The word as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    /// The state in which a job's files of this direction are written.
    pub(crate) fn state_of_job(self) -> &'static str {
        match self {
            Self::Input => JobState::Open.as_str(),
            Self::Output => JobState::Running.as_str(),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text {
            "input" => Ok(Self::Input),
            "output" => Ok(Self::Output),
            _ => Err(Error::Corrupt(format!("a file's direction `{text}`"))),
        }
    }
}

/// A part of a job's file. Its content is kept in pieces, under an id of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobPart {
    /// The job.
    pub job: JobId,
    /// Which way the file goes.
    pub direction: FileDirection,
    /// The file's name.
    pub name: String,
    /// Which part of it, from 1.
    pub part: i64,
    /// Whether its content is whole: one that is not is still being written.
    pub is_complete: bool,
    /// Under which its pieces are kept.
    pub content: Uuid,
    /// How long it is, decoded.
    pub bytes: i64,
    /// SHA-256 of the decoded content, once it is whole.
    pub sha256: Option<[u8; 32]>,
    /// How many rows it has, where that is known.
    pub rows: Option<i64>,
    /// The media type of the decoded content.
    pub content_type: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
}

impl JobPart {
    /// The word of its state as it is stored.
    pub(crate) fn state(&self) -> &'static str {
        if self.is_complete { "complete" } else { "open" }
    }
}

/// A piece of content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The byte of the content that it begins at.
    pub start: i64,
    /// Its bytes, decoded.
    pub bytes: Vec<u8>,
}

/// A chunk's result as it was kept: step, file, pass, object, first row, done, failed.
pub(crate) type KeptResult<'a> = (i64, &'a str, i64, Option<i64>, i64, &'a [u8], Option<&'a str>);

/// Reads a chunk's result.
pub(crate) fn result(kept: KeptResult<'_>) -> Result<ChunkResult> {
    let (step, file, pass, object, first, done, failed) = kept;
    let object = match object {
        Some(number) => Some(ObjectNo(u32::try_from(number).map_err(|_| unknown("object"))?)),
        None => None,
    };
    let rows = ChunkResult::read_rows(first, done, failed).map_err(Error::Corrupt)?;
    Ok(ChunkResult { step, file: file.into(), pass, object, rows })
}

/// What is wrong with a stored job.
pub(crate) fn unknown(what: &str) -> Error {
    Error::Corrupt(format!("a job's {what} is not known"))
}

/// How hard content is compressed: as fast as it comes.
const LEVEL: i32 = 1;

/// Content as it is kept.
pub(crate) fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).map_err(|error| Error::Database(Box::new(error)))
}

/// Content as it came.
pub(crate) fn decompress(kept: &[u8], bytes: i64) -> Result<Vec<u8>> {
    let capacity = usize::try_from(bytes).map_err(|_| unknown("piece"))?;
    zstd::bulk::decompress(kept, capacity).map_err(|error| Error::Corrupt(format!("a piece: {error}")))
}
