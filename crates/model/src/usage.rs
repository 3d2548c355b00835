//! What fields are used for, and by whom: kept so that a plan can say whom a change
//! concerns. Counts, never values.

use serde::Serialize;

use crate::id::{FieldNo, ObjectNo};
use crate::time::Timestamp;

/// Stands where a use is of an object and of none of its fields. No field has it.
pub const WHOLE_OBJECT: FieldNo = FieldNo(0);

/// What a name was used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// Records were read, whole.
    Read,
    /// A value was written.
    Write,
    /// A list was filtered by it.
    Filter,
    /// A list was ordered by it.
    Order,
    /// It was called by an earlier name.
    Alias,
}

impl UseKind {
    const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Filter, Self::Order, Self::Alias];

    /// The word as it is stored and as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Filter => "filter",
            Self::Order => "order",
            Self::Alias => "alias",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Uses of one thing by one token on one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// Days since 1970-01-01.
    pub day: i64,
    /// The token's id.
    pub token: String,
    /// The object.
    pub object: ObjectNo,
    /// The field; [`WHOLE_OBJECT`] for none.
    pub field: FieldNo,
    /// What for.
    pub kind: UseKind,
    /// The earlier name that it was called by; empty otherwise.
    pub name: String,
    /// How often.
    pub uses: i64,
    /// When last.
    pub last_at: Timestamp,
}
