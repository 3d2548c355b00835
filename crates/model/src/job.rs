//! Jobs: long work that a caller asks for, on files of rows. A job has its files, comes
//! forward in chunks that are each one transaction, and says of each row what became of it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::id::{JobId, RecordId};
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

impl JobState {
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
}

/// A chunk of rows to be written, all or each for itself, with how far the job is then.
#[derive(Debug)]
pub struct Load {
    /// The job.
    pub job: JobId,
    /// The step that the job is at; at another one the chunk is refused.
    pub step: i64,
    /// Where the job's work goes on after this chunk.
    pub cursor: Box<str>,
    /// The rows, in order.
    pub rows: Vec<LoadRow>,
    /// The column of the file that each field comes from, where it comes from one.
    pub columns: Arc<HashMap<String, String>>,
    /// What becomes of them.
    pub effect: LoadEffect,
    /// How many rows there are in all, if the chunk's maker has come to know.
    pub total: Option<i64>,
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
    /// One for each row, in order.
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
