//! Operations: what a caller asks of one tenant, before it is decided.
//!
//! Every door (REST, GraphQL, bulk, functions) submits these same operations.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::id::{FieldNo, JobId, ObjectNo, RecordId, TokenId};
use crate::job::{JobEnd, Load, NewJob};
use crate::journal::{Actor, Origin, SchemaVersion};
use crate::record::{Checked, Sought};
use crate::right::Rights;
use crate::schema::SchemaChange;
use crate::source::{SourceId, Stamps};

/// One request for change: decided and committed as one transaction of the journal.
#[derive(Debug)]
pub struct Submission {
    /// What to do, in order.
    pub work: Work,
    /// Who asks, and through which door.
    pub caller: Caller,
    /// The key under which the answer is kept, if the caller gave one.
    pub idempotency: Option<Idempotency>,
}

/// What a submission does.
#[derive(Debug)]
pub enum Work {
    /// Operations on records.
    Records {
        /// In order; later ones may refer to the results of earlier ones.
        operations: Vec<RecordOperation>,
        /// What a fault in one of them does to the others.
        mode: Mode,
    },
    /// Changes of the schema: one schema version, alone in its transaction.
    Schema(SchemaWork),
    /// An action of an object, called on a record.
    Act(Act),
    /// Brings computed fields of records up to date; only Kith itself asks for it.
    Fill(Fill),
    /// Files records by the matching rules of their object, and notes the pairs that they
    /// are likely to be; only Kith itself asks for it.
    Match(Scan),
    /// That two records are two.
    Dismiss(Dismissal),
    /// A new token.
    CreateToken(NewToken),
    /// The end of a token.
    RevokeToken(TokenId),
    /// A new job.
    CreateJob(NewJob),
    /// The end of a job.
    EndJob(JobEnd),
    /// A chunk of a job's rows; only the job's runner asks for it.
    Load(Load),
}

/// Changes of the schema that are made together or not at all.
#[derive(Clone, PartialEq, Debug)]
pub struct SchemaWork {
    /// What to change, in order; each sees those before it.
    pub changes: Vec<SchemaChange>,
    /// The schema version that the caller saw; another one in force refuses the work.
    pub expect: Option<SchemaVersion>,
}

/// The call of an action.
#[derive(Clone, PartialEq, Debug)]
pub struct Act {
    /// The object's name, as the caller wrote it.
    pub object: String,
    /// The record.
    pub target: Target,
    /// The action's name.
    pub action: String,
    /// The version the caller saw.
    pub expect: Option<i64>,
    /// More of what steps set, by the step's name; it goes before what the action says.
    pub with: Map<String, Json>,
    /// Steps that are left out.
    pub without: Vec<String>,
}

/// Records whose computed fields are to be evaluated afresh: after a field was added, or
/// a record that they read from has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fill {
    /// Their object.
    pub object: ObjectNo,
    /// The fields; those that do not exist any more are passed over.
    pub fields: Vec<FieldNo>,
    /// The records; those that do not exist any more are passed over.
    pub records: Vec<RecordId>,
}

/// Records to be filed by the matching rules of their object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scan {
    /// Their object.
    pub object: ObjectNo,
    /// The records; those that do not exist any more are passed over.
    pub records: Vec<RecordId>,
}

/// That two records stand for two things, however alike they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dismissal {
    /// Their object.
    pub object: ObjectNo,
    /// The one.
    pub one: RecordId,
    /// The other.
    pub other: RecordId,
}

/// What a fault in one operation does to the others of its submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// All or nothing.
    Atomic,
    /// The others go on.
    Independent,
}

/// Who asks, and through which door.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Through which door.
    pub origin: Origin,
    /// W3C `traceparent`, if the request had one.
    pub trace: Option<Box<str>>,
    /// The job that it is done for.
    pub job: Option<JobId>,
}

/// An idempotency key with the hash of the request it came with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idempotency {
    /// The caller's key, together with who the caller is (keys of two tokens never meet).
    pub key: Box<str>,
    /// SHA-256 of method, path and body.
    pub request: [u8; 32],
}

/// A token to be made. The secret itself never enters the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// For people.
    pub name: String,
    /// What it may do beyond what every token may.
    pub rights: Rights,
    /// SHA-256 of the token's text.
    pub hash: [u8; 32],
    /// What its maker kept to make the text again; by itself it tells nothing of it.
    pub seed: Box<str>,
    /// Whether it is to be the tenant's first change, or not to be at all.
    pub is_first: bool,
}

/// One operation on one record.
#[derive(Debug)]
pub struct RecordOperation {
    /// The object's name, as the caller wrote it.
    pub object: String,
    /// What to do.
    pub action: Action,
    /// The name under which later operations of the batch refer to the result.
    pub label: Option<String>,
    /// What a write does about records that are likely to stand for the same thing.
    pub duplicates: Duplicates,
    /// Its id in the system that it comes from: a creation or an upsert changes the record
    /// that this id stands for already, and else notes the id of the one that it makes or finds.
    pub source: Option<SourceId>,
    /// When and by whom it was made and changed there. What carries them needs the right to.
    pub stamps: Option<Stamps>,
    /// The input as checked outside the lane, valid for the schema version it names.
    pub prepared: Option<(SchemaVersion, Result<Checked, Faults>)>,
}

/// What a write does about records that are likely to stand for the same thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Duplicates {
    /// It does not look for them.
    #[default]
    Ignore,
    /// It says how many there are, and notes the pairs.
    Report,
    /// It is refused when there are any.
    Refuse,
}

impl Duplicates {
    /// The words on the wire.
    pub const WORDS: [(&'static str, Self); 2] = [("report", Self::Report), ("refuse", Self::Refuse)];
}

/// Which of two merged records a value is taken from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Side {
    /// The record that stays.
    #[default]
    Into,
    /// The record that goes.
    From,
}

impl Side {
    /// The words on the wire.
    pub const WORDS: [(&'static str, Self); 2] = [("into", Self::Into), ("from", Self::From)];
}

/// What the caller of an upsert expects to find.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// A record or none.
    Anything,
    /// A record, at whatever version.
    Record,
    /// The record at the version the caller saw.
    Version(i64),
}

/// What to do with one record.
#[derive(Debug)]
pub enum Action {
    /// Makes a new record.
    Create {
        /// Its fields.
        input: Input,
    },
    /// Changes the fields that are named (null clears, absent leaves).
    Update {
        /// Which record.
        target: Target,
        /// The fields to change.
        input: Input,
        /// The version the caller saw.
        expect: Option<i64>,
    },
    /// Creates the record or changes the one that has this value of a unique key.
    Upsert {
        /// The fields of a unique key with the values to look for.
        by: Input,
        /// The fields to set.
        input: Input,
        /// What the caller expects to find.
        expect: Expect,
    },
    /// Moves it to the trash, with what cascades.
    Delete {
        /// Which record.
        target: Target,
        /// The version the caller saw.
        expect: Option<i64>,
    },
    /// Brings it back from the trash, with what its deletion took along.
    Restore {
        /// Which record.
        target: Target,
    },
    /// Removes it for good, live or from the trash, and erases it from the journal.
    Purge {
        /// Which record.
        target: Target,
        /// The version the caller saw.
        expect: Option<i64>,
    },
    /// Makes one record of two: another one goes, and its id stands for this one.
    Merge {
        /// The record that stays.
        target: Target,
        /// The record that goes.
        from: Target,
        /// Fields by name, each `into` or `from`: whose value is kept, null or not.
        fields: Input,
        /// Whose value goes first in all other fields; the other's fills what is null.
        default: Side,
        /// The version of the record that stays, as the caller saw it.
        expect: Option<i64>,
        /// The version of the record that goes, as the caller saw it.
        expect_from: Option<i64>,
    },
}

/// A JSON object of field names and wire values.
pub type Input = Arc<Map<String, Json>>;

/// A record by its id, by the result of an earlier operation of the batch, or by its id in
/// another system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// By the text of its id.
    Id(String),
    /// By the label of an earlier operation.
    Earlier(String),
    /// By its id in another system.
    Source(SourceId),
}

/// A reference value of checked input: known, or to be known when an earlier
/// operation of the batch is decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Assigned {
    /// A checked value (null included).
    Value(crate::value::Value),
    /// The record that the operation with this label made or found.
    Earlier(String),
    /// The record that has something, to be found when the operation is decided.
    Sought(Box<Sought>),
}

impl RecordOperation {
    /// Checks the input against a catalog ahead of the lane, so that this work runs on
    /// any core. The lane repeats it only if the schema has moved on.
    pub fn prepare(&mut self, catalog: &Catalog) {
        let checked = self.check(catalog);
        self.prepared = Some((catalog.version(), checked));
    }

    /// The checked input under this catalog.
    ///
    /// # Errors
    /// Every fault of the input that can be told without looking at other records.
    pub fn check(&self, catalog: &Catalog) -> Result<Checked, Faults> {
        Checked::of(self, catalog)
    }
}

/// What the decision of a record operation did to its record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Made.
    Created,
    /// Changed.
    Updated,
    /// Found as asked for; nothing was written.
    Unchanged,
    /// Moved to the trash.
    Deleted,
    /// Brought back.
    Restored,
    /// Gone for good.
    Purged,
    /// Another record was merged into it.
    Merged,
}
