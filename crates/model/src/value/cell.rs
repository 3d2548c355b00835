//! What one column of a table holds. The databases know cells and nothing of fields.

use std::borrow::Cow;

use uuid::Uuid;

use crate::decimal::Decimal;
use crate::time::{Date, Timestamp};

/// The type of a column; `store`'s dialect names it for each database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ColumnKind {
    /// 16 bytes.
    Uuid,
    /// 64-bit integer.
    Integer,
    /// Exact decimal; a scaled integer where the database has none.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// Text, ordered by code point.
    Text,
    /// Canonical JSON.
    Json,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// A point in time, in microseconds.
    Timestamp,
}

/// One cell: null, or a value of its column's kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// Of [`ColumnKind::Uuid`].
    Uuid(Uuid),
    /// Of [`ColumnKind::Integer`].
    Integer(i64),
    /// Of [`ColumnKind::Decimal`], at the column's scale.
    Decimal(Decimal),
    /// Of [`ColumnKind::Text`].
    Text(Cow<'a, str>),
    /// Of [`ColumnKind::Json`]; canonical text (a database may hand it back in
    /// another spelling).
    Json(Cow<'a, str>),
    /// Of [`ColumnKind::Boolean`].
    Boolean(bool),
    /// Of [`ColumnKind::Date`].
    Date(Date),
    /// Of [`ColumnKind::Timestamp`].
    Timestamp(Timestamp),
}

impl Cell<'_> {
    /// The same cell, with text of its own.
    #[must_use]
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Json(text) => Cell::Json(text.into_owned().into()),
            Self::Null => Cell::Null,
            Self::Uuid(id) => Cell::Uuid(id),
            Self::Integer(integer) => Cell::Integer(integer),
            Self::Decimal(decimal) => Cell::Decimal(decimal),
            Self::Boolean(boolean) => Cell::Boolean(boolean),
            Self::Date(date) => Cell::Date(date),
            Self::Timestamp(at) => Cell::Timestamp(at),
        }
    }
}
