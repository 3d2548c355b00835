//! The one write that a batch becomes.

use std::sync::Arc;

use crate::catalog::{Catalog, Definition};
use crate::fault::Fault;
use crate::id::{FieldNo, JobId, ObjectNo, RecordId, TokenId};
use crate::job::{ChunkResult, Job, JobState, Progress};
use crate::journal::{Actor, Change, Position, SchemaVersion, TenantState, Transaction};
use crate::matching::{MatchKey, Pair};
use crate::record::{Row, Trashed};
use crate::right::Rights;
use crate::schema::{Step, TaskWrite};
use crate::time::Timestamp;

/// Everything a batch writes, merged per table. The store writes it in one flight and
/// one transaction, in the order of the members here. The order matters: what frees a
/// unique value comes before what takes it.
#[derive(Debug)]
pub struct Merged {
    /// The catalog the rows are of: after the schema change, if there is one.
    pub catalog: Arc<Catalog>,
    /// A schema change; then of what is below nothing but derived values of records, the
    /// journal and the state is set.
    pub schema: Option<SchemaWrite>,
    /// Rows that leave their tables.
    pub deletes: Vec<(ObjectNo, Vec<RecordId>)>,
    /// Rows whose unique values move to another row in this same write: their columns
    /// are set to null first.
    pub parks: Vec<(ObjectNo, Vec<RecordId>)>,
    /// Rows that change.
    pub updates: Vec<(ObjectNo, Vec<RowUpdate>)>,
    /// Rows that are new.
    pub inserts: Vec<(ObjectNo, Vec<Arc<Row>>)>,
    /// Records that leave the trash.
    pub untrash: Vec<RecordId>,
    /// Records that enter the trash.
    pub trash: Vec<Arc<Trashed>>,
    /// Records that were purged: all their diffs in the journal become null, and so do
    /// the kept answers of the transactions that changed them.
    pub erase: Vec<RecordId>,
    /// The transactions, in order.
    pub transactions: Vec<Transaction>,
    /// Their changes, in order.
    pub changes: Vec<Change>,
    /// Answers to keep.
    pub answers: Vec<AnswerWrite>,
    /// Next numbers of `auto_number` fields.
    pub counters: Vec<CounterWrite>,
    /// Tokens made and revoked.
    pub tokens: Vec<TokenWrite>,
    /// Jobs made, brought forward and ended.
    pub jobs: Vec<JobWrite>,
    /// What the matching rules make of it.
    pub matches: MatchWrites,
    /// The tenant's row as it becomes.
    pub state: TenantState,
}

/// What a write does to match keys, pairs and the ids of merged records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MatchWrites {
    /// Records whose match keys and open pairs go: what is compared of them has changed,
    /// or they are gone.
    pub unfile: Vec<RecordId>,
    /// Match keys that are to be there, whether they are already or not.
    pub file: Vec<MatchKey>,
    /// Pairs: an open one changes nothing of one that was dismissed.
    pub pairs: Vec<Pair>,
    /// Ids that stand for another record; all pairs of such a record go.
    pub aliases: Vec<AliasWrite>,
}

/// An id that stands for another record from now on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AliasWrite {
    /// The id of the record that was merged.
    pub id: RecordId,
    /// The object of both.
    pub object: ObjectNo,
    /// The record that it stands for.
    pub into: RecordId,
    /// The position of the change that says so.
    pub position: Position,
    /// When.
    pub at: Timestamp,
}

/// A row that changes.
#[derive(Clone, Debug)]
pub struct RowUpdate {
    /// The row as it becomes.
    pub row: Arc<Row>,
    /// Indexes into [`crate::catalog::Table::columns`] of the columns to write,
    /// ascending; never `id`.
    pub columns: Arc<[usize]>,
}

/// A schema change as the store carries it out.
#[derive(Debug)]
pub struct SchemaWrite {
    /// Checks and DDL, in order.
    pub steps: Vec<Step>,
    /// The definitions that changed; each is also kept as of this version.
    pub definitions: Vec<DefinitionWrite>,
    /// The version that they make.
    pub version: VersionWrite,
    /// Tasks that it leaves, and those that it ends.
    pub tasks: Vec<TaskWrite>,
}

/// An object's document in the catalog's table.
#[derive(Debug)]
pub struct DefinitionWrite {
    /// The object as it becomes (its own `schema_version` is the new one).
    pub definition: Definition,
}

/// A version of the schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionWrite {
    /// The version.
    pub version: SchemaVersion,
    /// The position of the last change that made it.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was changed, as a JSON array.
    pub changes: Box<str>,
}

/// An answer kept for 24 hours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnswerWrite {
    /// The caller's key.
    pub key: Box<str>,
    /// SHA-256 of the request.
    pub request: [u8; 32],
    /// First position of the transaction it answers.
    pub first: Position,
    /// Last position of it.
    pub last: Position,
    /// When it was made.
    pub at: Timestamp,
    /// The answer, as JSON text.
    pub body: Box<str>,
    /// Records that the answer shows and its transaction did not change: a purge cannot
    /// find it by positions.
    pub unchanged: Vec<RecordId>,
}

/// The next number of an `auto_number` field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CounterWrite {
    /// The field.
    pub field: FieldNo,
    /// The number the next record gets.
    pub next: i64,
}

/// A token made or revoked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenWrite {
    /// Made.
    Create {
        /// Its id.
        id: TokenId,
        /// For people.
        name: String,
        /// What it may do beyond what every token may.
        rights: Rights,
        /// SHA-256 of the secret.
        hash: [u8; 32],
        /// When.
        at: Timestamp,
    },
    /// Revoked.
    Revoke {
        /// Its id.
        id: TokenId,
        /// When.
        at: Timestamp,
    },
}

/// A job made, brought forward or ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JobWrite {
    /// Made.
    Create(Box<Job>),
    /// A chunk further.
    Progress {
        /// Its id.
        id: JobId,
        /// How far it is now.
        progress: Box<Progress>,
        /// What became of the chunk's rows.
        chunk: ChunkResult,
    },
    /// Ended.
    End {
        /// Its id.
        id: JobId,
        /// How.
        state: JobState,
        /// Why it failed.
        error: Option<Fault>,
        /// When.
        at: Timestamp,
    },
}
