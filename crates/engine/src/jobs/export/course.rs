//! How far an export is: kept as the cursor of its progress after every piece, so that it
//! goes on after a crash exactly where it was.

use kith_model::id::{HistoryId, ObjectNo, RecordId};
use kith_model::journal::{Position, SchemaVersion};
use kith_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ask::Since;

/// How far an export is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Course {
    /// How often it has begun again, as the schema changed.
    pub(super) restarts: u32,
    /// What it is the state of.
    pub(super) at: At,
    /// The objects, in order.
    pub(super) objects: Vec<Leg>,
    /// The one that is being written; beyond them when all are.
    pub(super) leg: usize,
    /// Where its records go on.
    pub(super) place: Place,
    /// The file that is being written.
    pub(super) file: Option<OpenFile>,
}

/// What an export is the state of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct At {
    pub(super) history: HistoryId,
    pub(super) position: Position,
    /// When that position was taken: the time that virtual fields are evaluated at.
    pub(super) time: Timestamp,
    pub(super) schema_version: SchemaVersion,
}

/// An object of the export.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Leg {
    pub(super) object: ObjectNo,
    /// What of its definition shows in the files, hashed.
    pub(super) shape: Box<str>,
    /// Records written.
    pub(super) rows: i64,
    /// Records written as deleted.
    pub(super) deleted: i64,
    /// Records that are left out, as they were purged after the position.
    pub(super) purged: i64,
    /// Files begun.
    pub(super) files: u32,
}

/// A place among an object's records, or among the changes of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Place {
    /// After this record.
    Record(#[serde(with = "record_text")] RecordId),
    /// After the change at this position.
    Change(Position),
}

/// A file that is being written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct OpenFile {
    pub(super) name: String,
    #[serde(with = "uuid_text")]
    pub(super) content: Uuid,
    /// What is kept of it for good.
    pub(super) bytes: i64,
    pub(super) rows: i64,
}

impl Course {
    /// The beginning.
    pub(super) fn begin(restarts: u32, at: At, objects: Vec<Leg>, since: Option<Since>) -> Self {
        Self { restarts, at, objects, leg: 0, place: Self::start(since), file: None }
    }

    /// Where an object begins.
    pub(super) fn start(since: Option<Since>) -> Place {
        match since {
            Some(since) => Place::Change(since.position),
            None => Place::Record(RecordId(Uuid::nil())),
        }
    }

    /// As it is kept.
    pub(super) fn text(&self) -> Box<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// Reads the cursor of a job; none when it has not begun.
    pub(super) fn parse(cursor: &str) -> Option<Self> {
        serde_json::from_str(cursor).ok()
    }

    /// Records written in all.
    pub(super) fn rows(&self) -> i64 {
        self.objects.iter().map(|leg| leg.rows).sum()
    }

    /// Records written as deleted, in all.
    pub(super) fn deleted(&self) -> i64 {
        self.objects.iter().map(|leg| leg.deleted).sum()
    }
}

/// Ids as text: they have no other form in JSON.
mod uuid_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&id.simple())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
        Uuid::try_parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The same of a record.
mod record_text {
    use kith_model::id::RecordId;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &RecordId, serializer: S) -> Result<S::Ok, S::Error> {
        super::uuid_text::serialize(&id.0, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RecordId, D::Error> {
        super::uuid_text::deserialize(deserializer).map(RecordId)
    }
}
