//! Fields: what a record's member may hold.

use serde::{Deserialize, Serialize};

use crate::id::{FieldNo, ObjectNo};
use crate::value::Currency;

/// One field of an object, as the catalog stores it (references by number, so that
/// names can change).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its number within the tenant.
    pub number: FieldNo,
    /// Its name on the wire.
    pub name: String,
    /// The name its columns began with; a column is never renamed.
    pub first_name: String,
    /// For people.
    pub label: String,
    /// For people and agents: what it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How its values are to be handled.
    pub classification: Classification,
    /// Whether a record must have a value.
    pub required: bool,
    /// The wire value a new record gets when it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Its type, with what belongs to the type.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// A field that is gone; its number and name still explain old journal entries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DroppedField {
    /// Its number.
    pub number: FieldNo,
    /// Its last name.
    pub name: String,
}

/// How a field's values are to be handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// May be shown to anyone.
    Public,
    /// For the organization.
    #[default]
    Internal,
    /// About a person.
    Personal,
    /// Must not be read without need; never logged, never an example.
    Secret,
}

/// A field's type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text {
        /// Longest value, in characters (Unicode scalar values).
        max_length: u32,
    },
    /// Many lines.
    LongText {
        /// Longest value, in characters.
        max_length: u32,
    },
    /// 64-bit integer.
    Integer {
        /// Least value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// Greatest value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// Exact decimal.
    Decimal {
        /// Digits in all, at most 18.
        precision: u8,
        /// Digits after the point.
        scale: u8,
        /// Least value, as on the wire.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<String>,
        /// Greatest value, as on the wire.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<String>,
    },
    /// Exact amount with its currency.
    Currency {
        /// Digits after the point.
        scale: u8,
        /// The only currencies allowed; empty for any of ISO 4217.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        currencies: Vec<Currency>,
    },
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// A point in time.
    Datetime,
    /// An e-mail address.
    Email,
    /// A telephone number (E.164).
    Phone,
    /// An absolute URL.
    Url,
    /// One of the options.
    Select {
        /// The options, in order.
        options: Vec<SelectOption>,
    },
    /// Any of the options.
    MultiSelect {
        /// The options, in order.
        options: Vec<SelectOption>,
    },
    /// Any JSON.
    Json,
    /// One record of one of the targets.
    Reference {
        /// The targets, in the order in which they were added.
        to: Vec<ObjectNo>,
        /// What the target's deletion does to the record that refers to it.
        on_delete: OnDelete,
    },
    /// A number given by Kith at creation, in order, without gaps from refusals.
    AutoNumber {
        /// What stands before the digits.
        prefix: String,
        /// Least number of digits, filled with zeros.
        digits: u8,
    },
    /// Computed from the records that refer to this one; always exact.
    Rollup {
        /// What is computed.
        function: RollupFunction,
        /// The object that feeds it.
        from: ObjectNo,
        /// The reference of that object that leads here.
        via: FieldNo,
    },
}

/// An option of a `select` or `multi_select`. Its value never changes; its label may.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SelectOption {
    /// What records hold.
    pub value: String,
    /// For people.
    pub label: String,
}

/// What the deletion of a target does to the records that refer to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The target cannot be deleted.
    #[default]
    Restrict,
    /// The reference becomes null.
    Clear,
    /// They are deleted as well.
    Cascade,
}

/// What a roll-up computes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "function", rename_all = "snake_case")]
pub enum RollupFunction {
    /// How many records.
    Count,
    /// The sum of a field over them; nulls count nothing.
    Sum {
        /// An integer, decimal or currency field of the feeding object.
        of: FieldNo,
        /// Digits after the point (0 for integers).
        scale: u8,
        /// For a currency field: the currency that is summed; others count nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency: Option<Currency>,
    },
}

impl FieldKind {
    /// The type's name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::LongText { .. } => "long_text",
            Self::Integer { .. } => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Currency { .. } => "currency",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Select { .. } => "select",
            Self::MultiSelect { .. } => "multi_select",
            Self::Json => "json",
            Self::Reference { .. } => "reference",
            Self::AutoNumber { .. } => "auto_number",
            Self::Rollup { .. } => "rollup",
        }
    }

    /// Whether Kith alone sets it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(self, Self::AutoNumber { .. } | Self::Rollup { .. })
    }

    /// Whether it follows from other records and so changes neither version nor ETag.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        matches!(self, Self::Rollup { .. })
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        <[u8; 3]>::try_from(text.as_bytes())
            .map(Self)
            .map_err(|_| serde::de::Error::custom("a currency has three letters"))
    }
}
