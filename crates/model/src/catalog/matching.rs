//! Matching rules: when two records are likely to stand for the same thing.

use serde::{Deserialize, Serialize};

use crate::catalog::KeyState;
use crate::id::{FieldNo, MatchingNo};

/// One matching rule: two records match when they do on every one of its terms.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Matching {
    /// Its number within the object.
    pub number: MatchingNo,
    /// Its name on the wire.
    pub name: String,
    /// What is compared.
    pub on: Vec<MatchTerm>,
    /// Whether all records are filed by it: a new rule files those that are written, and
    /// the others when they are scanned.
    #[serde(default, skip_serializing_if = "KeyState::is_ready")]
    pub state: KeyState,
}

/// One comparison of a matching rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MatchTerm {
    /// The field.
    pub field: FieldNo,
    /// How alike the values must be.
    pub how: MatchHow,
}

/// How alike two values must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchHow {
    /// The same value.
    Exact,
    /// The same in a form without case, accents, punctuation and legal forms.
    Normalized,
    /// Alike in that form (Jaro-Winkler), by at least so many hundredths.
    Similar(u8),
}
