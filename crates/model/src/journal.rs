//! The journal: one row per transaction, one per change, in one order of positions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{HistoryId, ObjectNo, RecordId, TokenId, UserId};
use crate::time::Timestamp;

/// The place of a change in its tenant's journal: from 1, gapless, in commit order.
/// 0 is the place before the first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub i64);

impl Position {
    /// The place that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Counts the schema changes of a tenant; 0 is the empty schema.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaVersion(pub i64);

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Actor {
    /// A program, by its token.
    Token(TokenId),
    /// A person.
    User(UserId),
    /// Kith itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(id) => fmt::Display::fmt(id, f),
            Self::User(id) => fmt::Display::fmt(id, f),
            Self::System => f.write_str("system"),
        }
    }
}

impl FromStr for Actor {
    type Err = crate::id::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "system" {
            return Ok(Self::System);
        }
        if text.starts_with("user_") {
            return text.parse().map(Self::User);
        }
        text.parse().map(Self::Token)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$each])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// The word as it is stored and as it stands on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Reads the stored word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Through which door a change came.
    Origin {
        /// The REST API.
        Rest = "rest",
        /// The GraphQL API.
        Graphql = "graphql",
        /// A bulk job.
        Bulk = "bulk",
        /// A function.
        Function = "function",
        /// A workflow run.
        Workflow = "workflow",
        /// An AI agent.
        Mcp = "mcp",
        /// Kith itself.
        System = "system",
    }
}

words! {
    /// What a change did. The word is the event type on the wire.
    ChangeKind {
        /// A record came into being.
        RecordCreated = "record.created",
        /// Fields of a record changed.
        RecordUpdated = "record.updated",
        /// A record went to the trash.
        RecordDeleted = "record.deleted",
        /// A record came back from the trash.
        RecordRestored = "record.restored",
        /// A record and everything the journal said of it is gone.
        RecordPurged = "record.purged",
        /// Only derived fields (roll-ups) of a record changed.
        RecordDerived = "record.derived",
        /// A record took another one in.
        RecordMerged = "record.merged",
        /// A record went into another one, which its id stands for from then on.
        RecordAbsorbed = "record.absorbed",
        /// Somebody said that two records that look alike are two.
        DuplicateDismissed = "duplicate.dismissed",
        /// The schema changed.
        SchemaChanged = "schema.changed",
        /// A token was made.
        TokenCreated = "token.created",
        /// A token was revoked.
        TokenRevoked = "token.revoked",
        /// A job was made.
        JobCreated = "job.created",
        /// A job came to its end.
        JobEnded = "job.ended",
    }
}

/// One committed transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    /// Position of its first change; also its key.
    pub first: Position,
    /// Position of its last change.
    pub last: Position,
    /// When it committed; strictly later than the transaction before it.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Through which door.
    pub origin: Origin,
    /// The bulk job it belongs to.
    pub job: Option<Box<str>>,
    /// W3C `traceparent` of the request.
    pub trace: Option<Box<str>>,
    /// The schema version in force after it.
    pub schema_version: SchemaVersion,
}

/// One change within a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Its place in the journal.
    pub position: Position,
    /// The first position of its transaction.
    pub transaction: Position,
    /// What it did.
    pub kind: ChangeKind,
    /// The object concerned, when a record or one object is.
    pub object: Option<ObjectNo>,
    /// The record concerned.
    pub record: Option<RecordId>,
    /// The record's version after the change (for schema changes, the schema version).
    pub version: i64,
    /// What changed, as JSON text. For records: `{"old": {...}, "new": {...}}` with
    /// field numbers as keys and wire values; a side that is empty is left out.
    /// `None` once the record was purged.
    pub diff: Option<Box<str>>,
}

/// The tenant's row: everything a write transaction must know first. Locking it is
/// what makes positions gapless and in commit order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TenantState {
    /// The present history.
    pub history: HistoryId,
    /// The last position handed out.
    pub last_position: Position,
    /// The first position whose change is still kept (1 until retention removes some).
    pub first_position: Position,
    /// When the last transaction committed.
    pub last_at: Timestamp,
    /// The schema version in force.
    pub schema_version: SchemaVersion,
    /// Counts changes of who may do what.
    pub access_version: i64,
}
