//! Matching: which records are likely to stand for the same thing.
//!
//! A rule compares *normal forms*; what it compares by is found by *match keys*, texts
//! under which records are filed. Two records that share a key are candidates, and a
//! score decides. Keys lose nothing but time when they are too coarse; where they are
//! too fine, duplicates are not found.

mod draft;
mod key;
mod legal;
mod normal;
mod score;

#[cfg(test)]
mod tests;

pub use draft::draft;
pub use key::keys;
pub use score::{candidates, score};

use crate::catalog::{FieldKind, MatchHow, Matching, Object};
use crate::id::{MatchingNo, ObjectNo, RecordId};
use crate::time::Timestamp;
use crate::value::Value;

/// A record filed under a key of a rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MatchKey {
    /// The record's object.
    pub object: ObjectNo,
    /// The rule.
    pub matching: MatchingNo,
    /// The key.
    pub key: Box<str>,
    /// The record.
    pub record: RecordId,
}

/// A record that is likely to stand for the same thing as another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The record.
    pub id: RecordId,
    /// The rule that says so: of several the one with the best score.
    pub matching: MatchingNo,
    /// How alike they are, in hundredths: the score of the least alike term.
    pub score: u8,
}

/// Two records of an object that are likely to stand for the same thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    /// Their object.
    pub object: ObjectNo,
    /// The one with the lesser id.
    pub first: RecordId,
    /// The other.
    pub second: RecordId,
    /// The rule that says so.
    pub matching: MatchingNo,
    /// How alike they are, in hundredths.
    pub score: u8,
    /// What is known of them.
    pub state: PairState,
    /// When they were found.
    pub found_at: Timestamp,
}

impl Pair {
    /// Two ids in the order in which a pair has them.
    #[must_use]
    pub fn in_order(one: RecordId, other: RecordId) -> (RecordId, RecordId) {
        (one.min(other), one.max(other))
    }

    /// Two records of which somebody said that they are two. Nobody needs to have found
    /// them: no rule has the number 0.
    #[must_use]
    pub fn dismissed(object: ObjectNo, one: RecordId, other: RecordId, found_at: Timestamp) -> Self {
        let (first, second) = Self::in_order(one, other);
        let (matching, score, state) = (MatchingNo(0), 0, PairState::Dismissed);
        Self { object, first, second, matching, score, state, found_at }
    }
}

/// What is known of a pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PairState {
    /// A person has yet to say.
    Open,
    /// Somebody said that they are two.
    Dismissed,
}

impl PairState {
    /// The word, stored and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Dismissed => "dismissed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Dismissed].into_iter().find(|state| state.as_str() == text)
    }
}

/// All keys under which a record is filed, of every rule of its object.
#[must_use]
pub fn record_keys(object: &Object, id: RecordId, values: &[Value]) -> Vec<MatchKey> {
    let of = |matching: &Matching| {
        let number = matching.number;
        let keys = keys(object, matching, values).into_iter();
        keys.map(move |key| MatchKey { object: object.number, matching: number, key, record: id })
    };
    object.matching.iter().flat_map(of).collect()
}

/// Whether records differ in any value that a rule of their object compares.
#[must_use]
pub fn differ(object: &Object, one: &[Value], other: &[Value]) -> bool {
    let mut fields = object.matching.iter().flat_map(|matching| &matching.on).map(|term| term.field);
    fields.any(|field| object.slot(field).is_some_and(|slot| one[slot] != other[slot]))
}

/// How values of a type may be compared; none where they may not.
#[must_use]
pub fn allowed(kind: &FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Text { .. } | FieldKind::LongText { .. } => &["exact", "normalized", "similar"],
        FieldKind::Email | FieldKind::Phone | FieldKind::Url => &["exact", "normalized"],
        FieldKind::Integer { .. }
        | FieldKind::Date
        | FieldKind::Select { .. }
        | FieldKind::Reference { .. } => &["exact"],
        FieldKind::Decimal { .. }
        | FieldKind::Currency { .. }
        | FieldKind::Boolean
        | FieldKind::Datetime
        | FieldKind::MultiSelect { .. }
        | FieldKind::Json
        | FieldKind::AutoNumber { .. }
        | FieldKind::Rollup { .. } => &[],
    }
}

/// The word for a comparison on the wire.
#[must_use]
pub fn how_name(how: MatchHow) -> &'static str {
    match how {
        MatchHow::Exact => "exact",
        MatchHow::Normalized => "normalized",
        MatchHow::Similar(_) => "similar",
    }
}
