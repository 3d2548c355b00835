//! Identifiers. Each kind of id has its own type and, in text, its own prefix
//! (TypeID 0.3: `prefix_` followed by the UUID in 26 characters of base 32).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// Why a text is not the id that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not `prefix_suffix` with a suffix of 26 base-32 characters.
    #[error("`{0}` is not an id of the form `prefix_01h455vb4pex5vsknk084sn02q`")]
    Malformed(String),
    /// Well formed, but of another kind.
    #[error("`{text}` is not an id of kind `{expected}`")]
    Kind {
        /// What was given.
        text: String,
        /// The prefix that was expected.
        expected: &'static str,
    },
}

/// Splits a TypeID into its prefix and its UUID.
///
/// # Errors
/// [`ParseError::Malformed`] when the text is not a TypeID.
pub fn parse_typeid(text: &str) -> Result<(String, Uuid), ParseError> {
    let malformed = || ParseError::Malformed(text.chars().take(100).collect());
    let id: TypeSafeId<DynamicType> = text.parse().map_err(|_| malformed())?;
    Ok((id.type_prefix().to_owned(), id.uuid()))
}

/// Writes a UUID as a TypeID under a prefix. The prefix must be one the catalog
/// accepted; one that TypeID does not allow is written as it is.
#[must_use]
pub fn format_typeid(prefix: &str, uuid: Uuid) -> String {
    match DynamicType::new(prefix) {
        Ok(kind) => TypeSafeId::from_type_and_uuid(kind, uuid).to_string(),
        Err(_) => format!("{prefix}_{}", uuid.simple()),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The prefix of this kind of id in text.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&format_typeid(Self::PREFIX, self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseError;
            fn from_str(text: &str) -> Result<Self, ParseError> {
                let (prefix, uuid) = parse_typeid(text)?;
                if prefix == Self::PREFIX {
                    Ok(Self(uuid))
                } else {
                    Err(ParseError::Kind { text: text.to_owned(), expected: Self::PREFIX })
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*
        /// The prefixes that no object may take for its records.
        pub const RESERVED_PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// An account that pays and owns tenants.
    OrganizationId = "org";
    /// The unit of isolation: one catalog, one journal, one set of records.
    TenantId = "tenant";
    /// An API token of a tenant or of an organization; also the actor it acts as.
    TokenId = "token";
    /// One unbroken history of a tenant's journal; restore and clone begin another.
    HistoryId = "history";
    /// A person (users come with identity; the prefix is kept for them).
    UserId = "user";
    /// One HTTP request, as logged and answered in `Kith-Request-Id`.
    RequestId = "request";
    /// Long work on the schema of a tenant.
    TaskId = "schema_task";
    /// Long work on files of rows: a load, an import or an export.
    JobId = "job";
}

/// A record's id: a UUIDv7. Its text form carries the prefix of its object, so it
/// is written and read with the catalog in hand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub Uuid);

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}", self.0)
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}#{}", stringify!($name), self.0)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )*};
}

numbers! {
    /// An object's number within its tenant; never reused.
    ObjectNo;
    /// A field's number within its tenant; never reused.
    FieldNo;
    /// A unique key's or an index's number within its tenant; never reused.
    KeyNo;
    /// A rule's number within its object.
    RuleNo;
    /// A matching rule's number within its object.
    MatchingNo;
    /// An action's number within its object.
    ActionNo;
}
