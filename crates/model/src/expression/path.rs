//! What an expression reads, and where its text says so.

use std::borrow::Cow;

use crate::catalog::Object;
use crate::fault::Fault;
use crate::id::{FieldNo, ObjectNo};
use crate::record::Row;
use crate::value::{Link, Value};

/// One thing that an expression reads: a member of its own record, or of a record that
/// is reached through references.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Path {
    /// The references that lead there, from the own record on; empty for its own members.
    pub via: Vec<FieldNo>,
    /// The object that has the member.
    pub object: ObjectNo,
    /// The member.
    pub read: Read,
    /// Whether the record as it was before the write is meant (`old.stage`).
    pub old: bool,
}

/// A member of a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Read {
    /// One of its object's fields.
    Field(FieldNo),
    /// One that every record has.
    System(SystemField),
}

/// The members that every record has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SystemField {
    /// Its id, as a link to itself.
    Id,
    /// Its version.
    Version,
    /// When it was created.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// Who created it.
    CreatedBy,
    /// Who last changed it.
    UpdatedBy,
    /// To whom it belongs.
    Owner,
}

impl SystemField {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Id,
        Self::Version,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::CreatedBy,
        Self::UpdatedBy,
        Self::Owner,
    ];

    /// Its name in expressions and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Version => "version",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::CreatedBy => "created_by",
            Self::UpdatedBy => "updated_by",
            Self::Owner => "owner",
        }
    }

    /// Its value in a record of an object.
    #[must_use]
    pub fn of(self, object: ObjectNo, row: &Row) -> Value {
        match self {
            Self::Id => Value::Link(Link { object, id: row.id }),
            Self::Version => Value::Integer(row.version),
            Self::CreatedAt => Value::Datetime(row.created_at),
            Self::UpdatedAt => Value::Datetime(row.updated_at),
            Self::CreatedBy => Value::Text(row.created_by.to_string().into()),
            Self::UpdatedBy => Value::Text(row.updated_by.to_string().into()),
            Self::Owner => Value::Text(row.owner.to_string().into()),
        }
    }
}

/// A stretch of an expression's text that names a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// Where it begins, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The object that has the field.
    pub object: ObjectNo,
    /// The field.
    pub field: FieldNo,
    /// Whether the text has an earlier name of the field.
    pub alias: bool,
}

/// What an expression is evaluated over.
pub trait Record {
    /// The value at a path. It is null where a reference on the way is null, where one
    /// leads to a record of another object than the path goes through or ends in, and for
    /// everything of `old` at a record's creation.
    ///
    /// # Errors
    /// [`Failure::Missing`] when a record on the way is not loaded; a fault as it is.
    fn get(&self, path: &Path) -> Result<Cow<'_, Value>, Failure>;
}

/// Why an expression has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A record that is referred to is not loaded: evaluate again when it is.
    Missing,
    /// It cannot be computed: a number of more than 18 digits, amounts of two currencies.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// One record by itself, with what is in its row: virtual fields read as null, and what
/// is behind a reference as missing.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Its object.
    pub object: &'a Object,
    /// The record.
    pub row: &'a Row,
    /// The record before the write, if there was one.
    pub old: Option<&'a Row>,
}

impl Record for Own<'_> {
    fn get(&self, path: &Path) -> Result<Cow<'_, Value>, Failure> {
        if !path.via.is_empty() {
            return Err(Failure::Missing);
        }
        let row = if path.old { self.old } else { Some(self.row) };
        let Some(row) = row else { return Ok(Cow::Owned(Value::Null)) };
        Ok(match path.read {
            Read::System(member) => Cow::Owned(member.of(self.object.number, row)),
            Read::Field(number) => match self.object.slot(number).and_then(|slot| row.values.get(slot)) {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(Value::Null),
            },
        })
    }
}
