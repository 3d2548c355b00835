//! Fields: what a record's member may hold.

use serde::{Deserialize, Serialize};

use crate::catalog::rollup::RollupFunction;
use crate::id::{FieldNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::time::Timestamp;
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
    /// Earlier names of it that still work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
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
    /// What it follows from, when Kith computes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<Computed>,
    /// For a datetime: the field whose changes it keeps the time of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<FieldNo>,
    /// Whether every record has it as it is defined.
    #[serde(default, skip_serializing_if = "FieldState::is_ready")]
    pub state: FieldState,
    /// How often its columns gave way to others of a wider type: part of their names.
    #[serde(default, skip_serializing_if = "is_first")]
    pub generation: u16,
    /// The type that it is about to have: its values are written in that form as well,
    /// in columns that will take the place of the present ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widening: Option<Box<FieldKind>>,
    /// Set once it was removed: nothing on the wire shows it, and it can be restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removal>,
    /// Its type, with what belongs to the type.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// How a field is computed from others of its record, and of those it refers to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Computed {
    /// The expression, with the present names of what it reads.
    pub expression: String,
    /// Whether its value is kept in a column, and so can be sorted by and indexed.
    /// Otherwise it is evaluated whenever a record is read.
    pub stored: bool,
}

/// Whether every record has a field as it is defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldState {
    /// It has.
    #[default]
    Ready,
    /// What is written from now on has; the other records are being brought up to date.
    Filling,
}

impl FieldState {
    /// Whether every record has it.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_first(generation: &u16) -> bool {
    *generation == 0
}

/// The first stage of removing an object or a field: hidden, and kept up to date
/// underneath, until it is purged or restored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Removal {
    /// When.
    pub at: Timestamp,
    /// The schema version that removed it.
    pub version: SchemaVersion,
}

impl Field {
    /// A field that is nothing but its type: no rule, no default, no earlier name.
    #[must_use]
    pub fn new(number: FieldNo, name: impl Into<String>, kind: FieldKind) -> Self {
        let name = name.into();
        Self {
            number,
            first_name: name.clone(),
            aliases: Vec::new(),
            label: name.clone(),
            name,
            description: None,
            classification: Classification::default(),
            required: false,
            default: None,
            computed: None,
            stamp: None,
            state: FieldState::default(),
            generation: 0,
            widening: None,
            removed: None,
            kind,
        }
    }

    /// The field as it is about to be, when it is being given a wider type.
    #[must_use]
    pub fn widened(&self) -> Option<Self> {
        let kind = self.widening.as_deref()?.clone();
        Some(Self { kind, generation: self.generation + 1, widening: None, ..self.clone() })
    }

    /// Whether the wire shows it.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.removed.is_none()
    }

    /// Whether this is its name, or one that it had and that still works.
    #[must_use]
    pub fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// Whether Kith alone sets it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.kind.is_read_only() || self.computed.is_some() || self.stamp.is_some()
    }

    /// Whether it follows from other values. Where it changes without a change of what
    /// its record was given, neither version nor `ETag` change.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.kind.is_rollup() || self.computed.is_some()
    }

    /// Whether its value is in no column, but evaluated whenever a record is read.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.computed.as_ref().is_some_and(|computed| !computed.stored)
    }
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
        /// Which of its records count: an expression over them; all when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<String>,
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

    /// Whether it is computed from the records that refer to its own.
    #[must_use]
    pub fn is_rollup(&self) -> bool {
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
