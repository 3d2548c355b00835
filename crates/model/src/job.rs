//! Jobs: long work that a caller asks for, on files of rows. A job has its files, comes
//! forward in chunks that are each one transaction, and says of each row what became of it.

mod result;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::fault::Fault;
use crate::id::{JobId, ObjectNo, RecordId};
use crate::journal::{Actor, Position};
use crate::operation::{Disposition, RecordOperation};
use crate::time::Timestamp;

/// A job, with how far it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What kind of work it is.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// What was asked for: the request's document, checked, as JSON text. Only the engine
    /// reads it.
    pub definition: Box<str>,
    /// Who asked.
    pub actor: Actor,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed, as the JSON text of a fault.
    pub error: Option<Box<str>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its work was asked to begin.
    pub started_at: Option<Timestamp>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
}

/// What kind of work a job is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Rows of one file written to one object.
    Load,
    /// Files of another system brought in by a mapping.
    Import,
    /// Records written to files.
    Export,
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Its files are being sent.
    Open,
    /// A node works on it, or will.
    Running,
    /// It has come to its end.
    Done,
    /// It was given up; what it had committed stands.
    Failed,
    /// The caller ended it; what it had committed stands.
    Canceled,
}

impl JobKind {
    /// The word as it is stored and as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Load, Self::Import, Self::Export].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl JobState {
    /// The word as it is stored and as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Open, Self::Running, Self::Done, Self::Failed, Self::Canceled];
        all.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more will happen to it.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Self::Open | Self::Running => false,
            Self::Done | Self::Failed | Self::Canceled => true,
        }
    }
}

/// How far a job is. It is written with the rows that it speaks of, in one transaction, so
/// a job goes on after a crash exactly where it was committed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Counts the chunks; a chunk is refused that does not follow the last one.
    pub step: i64,
    /// Where its work goes on, as JSON text that only the job's runner reads.
    pub cursor: Box<str>,
    /// Rows dealt with (records written, for an export).
    pub rows: i64,
    /// Of how many rows in all, once that is known.
    pub total: Option<i64>,
    /// Records made.
    pub created: i64,
    /// Records changed.
    pub updated: i64,
    /// Records found as the rows have them.
    pub unchanged: i64,
    /// Records deleted.
    pub deleted: i64,
    /// Rows that were refused.
    pub failed: i64,
    /// The position that the job has reached: of its last write, or as of which it exports.
    pub position: Option<Position>,
    /// What became of the rows by the object that they are for, in an import.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<Box<str>, Tally>,
}

/// What became of the rows that are for one object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Records made.
    pub created: i64,
    /// Records changed.
    pub updated: i64,
    /// Records found as the rows have them.
    pub unchanged: i64,
    /// Rows that were refused.
    pub failed: i64,
}

/// A job to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What kind of work it is.
    pub kind: JobKind,
    /// See [`Job::definition`].
    pub definition: Box<str>,
    /// What the journal says of it, beside its id and kind: objects, operation. No row's data.
    pub about: Map<String, Json>,
}

/// The end of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobEnd {
    /// The job.
    pub id: JobId,
    /// How it ends: done, failed or canceled.
    pub state: JobState,
    /// Why it failed.
    pub error: Option<Fault>,
    /// The step that it is to be at; none: wherever it is.
    pub step: Option<i64>,
}

/// A chunk of rows to be written, all or each for itself, with how far the job is then.
#[derive(Clone, Debug)]
pub struct Load {
    /// The job.
    pub job: JobId,
    /// The step that the job is at; at another one the chunk is refused.
    pub step: i64,
    /// Where the job's work goes on after this chunk.
    pub cursor: Box<str>,
    /// The file that the rows are of.
    pub file: Box<str>,
    /// How often the file was gone through before: rows are counted the first time only.
    pub pass: i64,
    /// The object under whose name the rows are counted, if they are.
    pub counted: Option<Box<str>>,
    /// The rows of a piece of the file, in order. They are shared: what the database refuses
    /// is tried again in halves.
    pub rows: Arc<Vec<LoadRow>>,
    /// Which of them.
    pub range: Range<usize>,
    /// The column of the file that each field comes from, where it comes from one.
    pub columns: Arc<HashMap<String, String>>,
    /// What becomes of them.
    pub effect: LoadEffect,
    /// How many rows there are in all, if the chunk's maker has come to know.
    pub total: Option<i64>,
}

impl Load {
    /// The rows of this chunk.
    #[must_use]
    pub fn chunk(&self) -> &[LoadRow] {
        self.rows.get(self.range.clone()).unwrap_or_default()
    }
}

/// What becomes of a chunk's rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadEffect {
    /// Each is written for itself; those that are refused are set aside.
    Independent,
    /// All are written, or none: one refusal refuses them all.
    Atomic,
    /// None is written; what would be refused is said.
    Plan,
}

/// One row of a chunk.
#[derive(Debug)]
pub struct LoadRow {
    /// Which it is of its file, from 1, the header aside.
    pub number: i64,
    /// The line of the file on which it begins, from 1.
    pub line: i64,
    /// The row as it came, cut at [`crate::limits::ROW_SHOWN_BYTES_MAX`].
    pub raw: Box<str>,
    /// What it asks for, or what is wrong with it before anything is looked up.
    pub work: Result<RecordOperation, Vec<RowFault>>,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowFault {
    /// What; its pointer is into the operation, as `/record/email`.
    #[serde(flatten)]
    pub fault: Fault,
    /// The column of the file that it is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<Box<str>>,
}

/// What became of a chunk's rows, as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChunkResult {
    /// The step that it made.
    pub step: i64,
    /// The file that the rows are of.
    pub file: Box<str>,
    /// How often the file was gone through before.
    pub pass: i64,
    /// The object of the records.
    pub object: Option<ObjectNo>,
    /// One for each row that has a result, in order. A later pass keeps those that were
    /// refused only.
    pub rows: Vec<RowResult>,
}

/// What became of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowResult {
    /// It was written, or found as it was to be.
    Done {
        /// The row's number.
        number: i64,
        /// What was done.
        disposition: Disposition,
        /// The record.
        record: RecordId,
    },
    /// It was refused.
    Failed {
        /// The row's number.
        number: i64,
        /// The line on which it begins.
        line: i64,
        /// Why.
        faults: Vec<RowFault>,
        /// The row as it came.
        raw: Box<str>,
    },
}
