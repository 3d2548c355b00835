//! What a decision can ask the database for, and what it gets.

use std::collections::HashMap;
use std::sync::Arc;

use crate::id::{FieldNo, JobId, KeyNo, MatchingNo, ObjectNo, RecordId, TaskId, TokenId};
use crate::job::Job;
use crate::journal::Position;
use crate::record::{Row, Trashed};
use crate::value::Value;

/// One thing a decision needs to know. The store answers each with the variant of
/// [`Found`] that its documentation names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    /// The live record: [`Found::Row`].
    Row(ObjectNo, RecordId),
    /// The live record that has these values of a unique key: [`Found::Record`].
    Unique(ObjectNo, KeyNo, KeyValue),
    /// The live records whose reference field points at a target, in id order, at most
    /// [`crate::limits::CASCADE_RECORDS_MAX`] + 1: [`Found::Records`].
    Children {
        /// The object that has the field.
        object: ObjectNo,
        /// The reference field.
        field: FieldNo,
        /// The target's object.
        to: ObjectNo,
        /// The target.
        id: RecordId,
    },
    /// The first values that feed a least or greatest value, from the one that it takes on:
    /// [`Found::Extremes`].
    Extremes {
        /// The object that has the roll-up.
        parent: ObjectNo,
        /// The roll-up.
        rollup: FieldNo,
        /// The record that has it.
        id: RecordId,
        /// At most so many.
        most: usize,
    },
    /// The record in the trash: [`Found::Trashed`].
    Trash(RecordId),
    /// Everything in the trash that the deletion of this root took along, the root
    /// included: [`Found::Group`]. Bounded like a cascade.
    TrashGroup {
        /// The deleting transaction.
        group: Position,
        /// The record that was deleted by name.
        root: RecordId,
    },
    /// The next number of an `auto_number` field (1 if it never gave one): [`Found::Counter`].
    Counter(FieldNo),
    /// The answer kept under an idempotency key: [`Found::Answer`].
    Answer(Box<str>),
    /// Whether a token exists and is not revoked: [`Found::Exists`].
    Token(TokenId),
    /// The live records that a matching rule has under a key, in id order, at most
    /// [`crate::limits::MATCH_BLOCK_MAX`] + 1: [`Found::Records`].
    Filed(ObjectNo, MatchingNo, Box<str>),
    /// The records that somebody said are not the same as this one: [`Found::Records`].
    Dismissed(ObjectNo, RecordId),
    /// The record into which this one was merged: [`Found::Record`].
    Merged(RecordId),
    /// The ids of records that were merged into this one, at most
    /// [`crate::limits::MERGED_IDS_MAX`] + 1: [`Found::Records`].
    Aliases(RecordId),
    /// Whether an object has any live or deleted record: [`Found::Exists`].
    AnyRecord(ObjectNo),
    /// An object's first live records in id order, at most
    /// [`crate::limits::FILL_AT_ONCE_RECORDS_MAX`] + 1: [`Found::Records`].
    FirstRecords(ObjectNo),
    /// Whether a new key of an object is to be built while its records are in use: it has
    /// more than [`crate::limits::KEY_AT_ONCE_RECORDS_MAX`], and the database can do it:
    /// [`Found::Exists`].
    BuildsApart(ObjectNo),
    /// Whether a task is under way: [`Found::Exists`].
    Task(TaskId),
    /// The job: [`Found::Job`].
    Job(JobId),
    /// How many jobs have not ended: [`Found::Counter`].
    UnfinishedJobs,
}

/// The values of a unique key's fields, in key order, text folded when the key says so.
/// None of them is null.
pub type KeyValue = Vec<Value>;

/// The answer to one [`Key`].
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// The record, or none.
    Row(Option<Arc<Row>>),
    /// The id, or none.
    Record(Option<RecordId>),
    /// The ids, in order.
    Records(Vec<RecordId>),
    /// The values, as the roll-up has them, each with its record; in any order.
    Extremes(Vec<(Value, RecordId)>),
    /// The trashed record, or none.
    Trashed(Option<Arc<Trashed>>),
    /// The trashed records, in id order.
    Group(Vec<Arc<Trashed>>),
    /// The next number, or how many there are.
    Counter(i64),
    /// The kept answer, or none.
    Answer(Option<Answer>),
    /// Yes or no.
    Exists(bool),
    /// The job, or none.
    Job(Option<Box<Job>>),
}

/// An answer kept under an idempotency key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// SHA-256 of the request it answered.
    pub request: [u8; 32],
    /// The last position of its transaction.
    pub position: Position,
    /// The answer, as JSON text; `None` once a purge erased it.
    pub body: Option<Box<str>>,
}

/// Everything loaded for a batch so far.
#[derive(Default, Debug)]
pub struct Loaded {
    found: HashMap<Key, Found>,
}

impl Loaded {
    /// Adds the answers to keys, in the same order.
    pub fn extend(&mut self, keys: Vec<Key>, found: Vec<Found>) {
        self.found.extend(keys.into_iter().zip(found));
    }

    /// The groups of the trash that were loaded.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Vec<Arc<Trashed>>> {
        self.found.values().filter_map(|found| match found {
            Found::Group(group) => Some(group),
            _ => None,
        })
    }

    /// The answer to a key, if it was loaded.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Found> {
        self.found.get(key)
    }
}
