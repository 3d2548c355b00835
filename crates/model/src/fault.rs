//! Faults: what is wrong with an operation, said so that a program can act on it.
//!
//! A refusal gathers every fault it can find before it is answered. Codes are one
//! table and stable forever; `docs/errors.md` has a section for each.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// A stable error code. The first line of each variant's documentation is its
        /// title on the wire.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum Code {$(
            $(#[doc = $doc])*
            #[serde(rename = $text)]
            $name,
        )*}

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it stands on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The title on the wire: what the code means, in one line.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*).trim_ascii()),* }
            }
        }
    };
}

codes! {
    /// the request cannot be read
    Malformed = "malformed";
    /// a header, parameter or path segment is not valid
    InvalidParameter = "invalid_parameter";
    /// the input is larger than the published limit
    TooLarge = "too_large";
    /// a name is not valid or not allowed here
    InvalidName = "invalid_name";
    /// a definition is not valid
    InvalidDefinition = "invalid_definition";
    /// an expression is not well formed, or not well typed
    InvalidExpression = "invalid_expression";
    /// a value is not of the field's type
    InvalidType = "invalid_type";
    /// a value is of the right type and not allowed
    InvalidValue = "invalid_value";
    /// no field of that name
    UnknownField = "unknown_field";
    /// a member of the input is not known
    UnknownMember = "unknown_member";
    /// the field is set by Kith and cannot be written
    ReadOnly = "read_only";
    /// a required field has no value
    Required = "required";
    /// another record has this value of a unique key
    NotUnique = "not_unique";
    /// a reference names a record that does not exist
    ReferenceNotFound = "reference_not_found";
    /// other records refer to this one
    Referenced = "referenced";
    /// no such thing
    NotFound = "not_found";
    /// something of that name exists
    AlreadyExists = "already_exists";
    /// the record is not at the expected version
    VersionMismatch = "version_mismatch";
    /// the data do not allow this schema change
    DataConflict = "data_conflict";
    /// the schema is not the one that was planned for
    PlanOutdated = "plan_outdated";
    /// the task has come to its end
    TaskEnded = "task_ended";
    /// the job is not at the stage that the request expects
    JobMoved = "job_moved";
    /// a file cannot be read as what it is said to be
    InvalidFile = "invalid_file";
    /// a step that destroys data was not accepted by name
    NotAccepted = "not_accepted";
    /// a rule of the object is broken
    RuleViolated = "rule_violated";
    /// the record is likely to be there already
    Duplicate = "duplicate";
    /// a published limit is reached
    LimitReached = "limit_reached";
    /// a number does not fit the 18 digits that Kith computes with
    OutOfRange = "out_of_range";
    /// the operation is undone because another of its batch failed
    BatchFailed = "batch_failed";
    /// the idempotency key was used for another request
    IdempotencyConflict = "idempotency_conflict";
    /// the stored answer was erased
    AnswerErased = "answer_erased";
    /// no valid token
    Unauthenticated = "unauthenticated";
    /// the token may not do this
    Forbidden = "forbidden";
    /// the position belongs to another history of this tenant
    HistoryChanged = "history_changed";
    /// the position is older than the journal's retention
    PositionExpired = "position_expired";
    /// the position was not reached in time
    PositionNotReached = "position_not_reached";
    /// the method is not allowed here
    MethodNotAllowed = "method_not_allowed";
    /// the body is not of a media type that is understood here
    UnsupportedMediaType = "unsupported_media_type";
    /// nothing acceptable can be answered
    NotAcceptable = "not_acceptable";
    /// too many requests wait
    Overloaded = "overloaded";
    /// the request took too long
    Timeout = "timeout";
    /// the disk is full
    StorageFull = "storage_full";
    /// the database cannot be reached
    Unavailable = "unavailable";
    /// a fault of Kith itself
    Internal = "internal";
}

/// One fault of an operation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// What is wrong, for a person: lower case, names in backticks.
    pub message: String,
    /// RFC 6901 pointer to the faulty input; empty for the whole.
    #[serde(default)]
    pub pointer: String,
    /// What to do about it, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Ids of records that stand in the way (at most ten).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
}

impl Fault {
    /// A fault of the whole input.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), pointer: String::new(), hint: None, records: Vec::new() }
    }

    /// Points at the faulty member: `at("email")` gives `/email`.
    #[must_use]
    pub fn at(mut self, member: &str) -> Self {
        self.pointer = format!("/{}", member.replace('~', "~0").replace('/', "~1"));
        self
    }

    /// Moves the pointer below a prefix that is itself a pointer (`/operations/3`).
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says which of the candidates was probably meant; what is said already stays where
    /// none is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match near_miss(given, candidates) {
            Some(meant) => self.hint(format!("did you mean `{meant}`?")),
            None => self,
        }
    }

    /// Names the records that stand in the way.
    #[must_use]
    pub fn records(mut self, ids: Vec<String>) -> Self {
        self.records = ids;
        self
    }
}

/// Everything that is wrong with one operation; never empty.
pub type Faults = Vec<Fault>;

/// A longer text is not compared with names.
const NEAR_MISS_BYTES_MAX: usize = 200;

/// The candidate nearest to a name that is not known, when it is near enough to be a
/// slip of the hand.
#[must_use]
pub fn near_miss<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance costs the product of the lengths, and no name is that long.
    if given.len() > NEAR_MISS_BYTES_MAX {
        return None;
    }
    let bound = (given.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), candidate))
        .filter(|(distance, _)| *distance <= bound)
        .min()
        .map(|(_, candidate)| candidate)
}
