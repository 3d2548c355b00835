//! Rules: what must be true of each record of an object.

use serde::{Deserialize, Serialize};

use crate::id::{FieldNo, RuleNo};

/// One rule. It is checked when a record is made or changed, and refuses where its
/// expression is false; null passes, as in a check of SQL.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Its number within the object.
    pub number: RuleNo,
    /// Its name on the wire.
    pub name: String,
    /// The expression, with the present names of what it reads.
    pub check: String,
    /// What the caller is told.
    pub message: String,
    /// The field that the message is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldNo>,
}
