//! Names of objects, fields and keys: what they may look like, and which are taken by
//! Kith itself. A refusal offers the name that was probably meant.

use crate::fault::{Code, Fault};
use crate::limits::NAME_BYTES_MAX;

/// What a name is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Noun {
    /// An object.
    Object,
    /// A field.
    Field,
    /// A unique key or an index.
    Key,
    /// A matching rule.
    Matching,
    /// A rule.
    Rule,
    /// An action.
    Action,
    /// A step of an action.
    Step,
}

/// Members that every record has beside its fields.
pub const SYSTEM_FIELDS: &[&str] =
    &["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner", "provenance"];

/// Parameters of lists, which stand beside the fields' names in a query string, and
/// members that answers put beside the fields.
pub const LIST_PARAMETERS: &[&str] = &[
    "where", "order", "select", "limit", "cursor", "view", "as_of", "explain", "count", "include", "is_null",
    "search", "object", "type", "history", "hard",
];

/// Words that mean something of Kith's own wherever an object's name could stand.
const RESERVED_OBJECTS: &[&str] = &[
    "batch",
    "change",
    "changes",
    "field",
    "job",
    "journal",
    "kith",
    "mutation",
    "object",
    "query",
    "record",
    "records",
    "schema",
    "subscription",
    "system",
    "tenant",
    "token",
    "trash",
];

impl Noun {
    /// The word for it in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Field => "field",
            Self::Key => "key",
            Self::Matching => "matching rule",
            Self::Rule => "rule",
            Self::Action => "action",
            Self::Step => "step",
        }
    }
}

/// Checks a name that is to be given.
///
/// # Errors
/// [`Code::InvalidName`], saying what is wrong with it and what would be right.
pub fn check(noun: Noun, name: &str) -> Result<(), Fault> {
    let Some(problem) = problem(noun, name) else { return Ok(()) };
    let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
    let fault = Fault::new(Code::InvalidName, format!("`{shown}` cannot name a {}: {problem}", noun.word()));
    Err(match corrected(name).filter(|other| other != name && self::problem(noun, other).is_none()) {
        Some(other) => fault.hint(format!("use `{other}`")),
        None => fault,
    })
}

fn problem(noun: Noun, name: &str) -> Option<&'static str> {
    shape(name).or_else(|| match noun {
        Noun::Field if SYSTEM_FIELDS.contains(&name) => Some("every record has a member of that name"),
        Noun::Field if LIST_PARAMETERS.contains(&name) => Some("lists have a parameter of that name"),
        Noun::Object if RESERVED_OBJECTS.contains(&name) => Some("the word is reserved"),
        Noun::Object | Noun::Field | Noun::Key | Noun::Rule | Noun::Matching | Noun::Action | Noun::Step => {
            None
        }
    })
}

fn shape(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Some("only lower-case letters a to z, digits and `_` are allowed");
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Some("it must begin with a letter");
    }
    if name.len() > NAME_BYTES_MAX {
        return Some("it is longer than 40 characters");
    }
    if name.ends_with('_') || name.contains("__") {
        return Some("`_` may only stand between letters or digits, once");
    }
    name.starts_with("kith_").then_some("names that begin with `kith_` are Kith's own")
}

/// The name in the right spelling: `FirstName` and `first-name` are `first_name`.
pub(crate) fn corrected(name: &str) -> Option<String> {
    let mut words = String::with_capacity(name.len() + 4);
    let mut previous_lower = false;
    for character in name.chars().take(4 * NAME_BYTES_MAX) {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && previous_lower {
                words.push('_');
            }
            words.push(character.to_ascii_lowercase());
        } else if !words.ends_with('_') {
            words.push('_');
        }
        previous_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    let words = words.trim_start_matches(|first: char| !first.is_ascii_lowercase());
    let words = words.strip_prefix("kith_").unwrap_or(words);
    let end = words.len().min(NAME_BYTES_MAX);
    let words = words[..end].trim_end_matches('_');
    (!words.is_empty()).then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Noun, check};

    #[test]
    fn accepts_plain_names() {
        for name in ["a", "first_name", "line2", "x_1", &"a".repeat(40)] {
            assert_eq!(check(Noun::Field, name), Ok(()), "{name}");
        }
        assert_eq!(check(Noun::Object, "order"), Ok(()), "reserved for fields only");
        assert_eq!(check(Noun::Field, "record"), Ok(()), "reserved for objects only");
        assert_eq!(check(Noun::Key, "limit"), Ok(()), "keys stand in no query string");
    }

    #[test]
    fn refuses_other_names_and_offers_the_right_spelling() {
        let cases = [
            ("FirstName", Some("first_name")),
            ("first-name", Some("first_name")),
            ("First Name", Some("first_name")),
            ("a__b", Some("a_b")),
            ("a_", Some("a")),
            ("_a", Some("a")),
            ("2nd", Some("nd")),
            ("kith_stage", Some("stage")),
            ("", None),
            ("名前", None),
            ("__", None),
            ("id", None),
            ("limit", None),
            ("Limit", None),
            ("a\"; drop table x; --", Some("a_drop_table_x")),
        ];
        for (name, hint) in cases {
            let fault = check(Noun::Field, name).expect_err(name);
            assert_eq!(fault.hint, hint.map(|hint| format!("use `{hint}`")), "{name}");
        }
        assert!(check(Noun::Field, &"a".repeat(41)).is_err());
        assert!(check(Noun::Object, "record").is_err());
    }
}
