//! Values of fields in memory, and their two outside forms: JSON on the wire and
//! cells in the database. A field's type decides which forms are possible.

mod average;
mod cell;
mod choice;
mod codec;
mod currency;
mod email;
mod json;
mod parse;
mod phone;
mod read;
mod refusal;
mod render;
mod text;
mod url;
mod wide;

#[cfg(test)]
mod tests;

use crate::decimal::Decimal;
use crate::id::{ObjectNo, RecordId};
use crate::time::{Date, Timestamp};

pub use cell::{Cell, ColumnKind};
pub use codec::{decode, encode};
pub use json::write_string;
pub use parse::{parse, parse_text};
pub use read::read;
pub(crate) use refusal::shown;
pub use render::{render, write_json};
pub use text::{fold, nfc};
pub use wide::{wide, wide_cells};

/// A checked value: in normal form, within its field's bounds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// No value.
    Null,
    /// `text`, `long_text`, `email`, `phone`, `url`, `select`.
    Text(Box<str>),
    /// `integer`, `auto_number`, a count.
    Integer(i64),
    /// `decimal`, a sum of integers or decimals.
    Decimal(Decimal),
    /// `currency`, a sum in one currency.
    Money(Money),
    /// `boolean`.
    Boolean(bool),
    /// `date`.
    Date(Date),
    /// `datetime`.
    Datetime(Timestamp),
    /// `multi_select`: option values in the order of their definition, none twice.
    List(Vec<Box<str>>),
    /// `json`: canonical text (RFC 8785).
    Json(Box<str>),
    /// `reference`.
    Link(Link),
    /// An average over at least one value.
    Average(Average),
}

/// An average with the exact sum and count that it is rounded from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Average {
    /// The sum of the values, at their own scale.
    pub sum: Decimal,
    /// How many there are, at least one.
    pub count: i64,
    /// The average, rounded half to even to its field's scale.
    pub value: Decimal,
    /// The currency of the values, if they are amounts.
    pub currency: Option<Currency>,
}

/// An exact amount in a currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Money {
    /// How much.
    pub amount: Decimal,
    /// ISO 4217 code.
    pub currency: Currency,
}

/// An ISO 4217 alphabetic code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

/// Where a reference points.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Link {
    /// The target's object.
    pub object: ObjectNo,
    /// The target's id.
    pub id: RecordId,
}

impl Value {
    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The link of a reference that is set.
    #[must_use]
    pub fn link(&self) -> Option<Link> {
        match self {
            Self::Link(link) => Some(*link),
            _ => None,
        }
    }
}
