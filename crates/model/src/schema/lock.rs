//! Who waits for a step of a schema change, and for how long.
//!
//! The writes of the tenant wait for every step: a schema change is one transaction of its
//! lane. What differs is how long the step takes, and whether reads wait as well. On SQLite
//! they never do; on PostgreSQL they wait for the table's lock, which is held to the end of
//! the transaction.

use super::step::Step;
use crate::catalog::{Definition, FieldKind};
use crate::id::FieldNo;

/// Who waits while a step runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lock {
    /// Nobody: only the catalog changes, or a table that nobody uses yet.
    None,
    /// All requests of the object, for a moment: the step does not look at the records.
    Moment,
    /// Writes of the tenant, while the object's records are read once.
    Writes,
    /// Writes of the tenant, and on PostgreSQL reads of the object, while its records are
    /// read or written once.
    Object,
}

impl Lock {
    /// What it comes to, for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "nothing waits",
            Self::Moment => "requests of the object wait for a moment",
            Self::Writes => "writes of the tenant wait while the object's records are read",
            Self::Object => {
                "writes of the tenant wait while the object's records are read or written, and on PostgreSQL \
                 reads of the object"
            }
        }
    }
}

impl Step {
    /// Who waits for it.
    #[must_use]
    pub fn lock(&self) -> Lock {
        match self {
            Self::CreateTable(_) | Self::DropMatching { .. } => Lock::None,
            Self::DropTable(_) | Self::DropKey { .. } => Lock::Moment,
            // A column without a value is added to the catalog only; the index and the
            // foreign key of a reference are made over the records.
            Self::AddField { object, field } => {
                if is_reference(object, *field) {
                    Lock::Object
                } else {
                    Lock::Moment
                }
            }
            // PostgreSQL forgets the column; SQLite writes the table without it.
            Self::DropField { .. }
            | Self::DropFold { .. }
            | Self::DropWider { .. }
            | Self::DropNarrow { .. } => Lock::Object,
            Self::AddWider { .. } => Lock::Moment,
            Self::AddTarget { .. }
            | Self::AddFold { .. }
            | Self::CopyWider { .. }
            | Self::FillRollup { .. } => Lock::Object,
            Self::CreateKey { .. } | Self::Refuse { .. } => Lock::Writes,
        }
    }
}

fn is_reference(object: &Definition, number: FieldNo) -> bool {
    let field = object.fields.iter().find(|field| field.number == number);
    field.is_some_and(|field| matches!(field.kind, FieldKind::Reference { .. }))
}
