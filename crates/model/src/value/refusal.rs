//! How a value is refused: the fault names the field and what it takes, and repeats
//! the value only when that is harmless and helps.

use serde_json::Value as Json;

use crate::catalog::{Classification, Field};
use crate::fault::{Code, Fault};

/// A longer value is not repeated in a message.
const ECHO_LENGTH_MAX: usize = 40;

/// Why a text has no normal form in its type.
#[derive(Debug)]
pub(super) struct Objection {
    /// What is wrong: follows "…, because ".
    pub(super) why: &'static str,
    /// What to do about it.
    pub(super) hint: Option<&'static str>,
}

impl Objection {
    /// An objection that needs no hint.
    pub(super) fn new(why: &'static str) -> Self {
        Self { why, hint: None }
    }

    /// An objection that says what to do.
    pub(super) fn hinted(why: &'static str, hint: &'static str) -> Self {
        Self { why, hint: Some(hint) }
    }

    /// The fault of the value.
    pub(super) fn of(self, field: &Field, given: &str, wanted: &str) -> Fault {
        let fault = value(field, format!("{} is not {wanted}: {}", shown(field, given), self.why));
        match self.hint {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    }
}

/// The value in backticks; "the value" when it is long or must not be shown.
pub(crate) fn shown(field: &Field, given: &str) -> String {
    let is_private = matches!(field.classification, Classification::Personal | Classification::Secret);
    let is_short = given.chars().nth(ECHO_LENGTH_MAX).is_none();
    if is_private || !is_short || given.is_empty() || given.contains(|c: char| c == '`' || c.is_control()) {
        "the value".to_owned()
    } else {
        format!("`{given}`")
    }
}

/// A value of the right type that is not allowed.
pub(super) fn value(field: &Field, problem: impl AsRef<str>) -> Fault {
    Fault::new(Code::InvalidValue, format!("`{}`: {}", field.name, problem.as_ref()))
}

/// A value of another JSON type than the field's.
pub(super) fn kind(field: &Field, given: &Json, wanted: &str) -> Fault {
    let given = match given {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(number) if number.is_f64() => "a number with a fraction or exponent",
        Json::Number(_) => "an integer",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    };
    Fault::new(Code::InvalidType, format!("`{}` takes {wanted}, not {given}", field.name))
}
