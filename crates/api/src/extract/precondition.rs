//! `If-Match` on writes, `If-None-Match` on reads. A record's entity tag is its version.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kith_model::fault::Code;
use kith_model::operation::Expect;

use crate::extract::single;
use crate::problem::Problem;
use crate::site::Site;

/// No record is ever at this version; what cannot match is compared with it.
const NEVER: i64 = 0;

/// What `If-Match` demands of a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Precondition {
    /// Nothing.
    None,
    /// `*`: that there is a record.
    Exists,
    /// That the record is at this version.
    Version(i64),
}

/// The versions that the client has (`If-None-Match`).
pub(crate) struct Seen(Vec<Tag>);

/// One entity tag.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Tag {
    Any,
    Strong(String),
    Weak(String),
}

impl Precondition {
    /// The version a write of an existing record must find. That it exists is demanded
    /// by the write itself.
    pub(crate) fn version(self) -> Option<i64> {
        match self {
            Self::None | Self::Exists => None,
            Self::Version(version) => Some(version),
        }
    }

    /// The same for a write that may also create.
    pub(crate) fn expect(self) -> Expect {
        match self {
            Self::None => Expect::Anything,
            Self::Exists => Expect::Record,
            Self::Version(version) => Expect::Version(version),
        }
    }
}

impl FromRequestParts<Site> for Precondition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        match single(&parts.headers, "if-match")? {
            Some(text) => demanded(&tags(text).ok_or_else(|| invalid("If-Match"))?),
            None => Ok(Self::None),
        }
    }
}

/// The one version that would do. Weak tags never match, and neither does a tag that
/// is no version.
fn demanded(tags: &[Tag]) -> Result<Precondition, Problem> {
    let mut versions: Vec<i64> = Vec::new();
    for tag in tags {
        match tag {
            Tag::Any => return Ok(Precondition::Exists),
            Tag::Strong(text) => versions.extend(version(text)),
            Tag::Weak(_) => {}
        }
    }
    versions.dedup();
    match versions.as_slice() {
        [] => Ok(Precondition::Version(NEVER)),
        [version] => Ok(Precondition::Version(*version)),
        [..] => Err(Problem::new(Code::InvalidParameter, "`If-Match` may name one version")),
    }
}

impl Seen {
    /// Whether the client has this version already.
    pub(crate) fn has(&self, current: i64) -> bool {
        self.0.iter().any(|tag| match tag {
            Tag::Any => true,
            Tag::Strong(text) | Tag::Weak(text) => version(text) == Some(current),
        })
    }
}

impl FromRequestParts<Site> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        match single(&parts.headers, "if-none-match")? {
            Some(text) => tags(text).map(Self).ok_or_else(|| invalid("If-None-Match")),
            None => Ok(Self(Vec::new())),
        }
    }
}

/// A version as its tag writes it, and in no other spelling.
fn version(text: &str) -> Option<i64> {
    text.parse().ok().filter(|version: &i64| *version > NEVER && version.to_string() == text)
}

fn invalid(name: &str) -> Problem {
    Problem::new(Code::InvalidParameter, format!("`{name}` must be `*` or an entity tag such as `\"3\"`"))
}

/// The tags of a header; `None` when it is not a list of tags.
fn tags(text: &str) -> Option<Vec<Tag>> {
    if text == "*" {
        return Some(vec![Tag::Any]);
    }
    let mut tags = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let (is_weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let (inner, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if !inner.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        tags.push(if is_weak { Tag::Weak(inner.to_owned()) } else { Tag::Strong(inner.to_owned()) });
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return rest.is_empty().then_some(tags),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Precondition> {
        demanded(&tags(text)?).ok()
    }

    #[test]
    fn reads_one_strong_version() {
        assert_eq!(read("\"3\""), Some(Precondition::Version(3)));
        assert_eq!(read("*"), Some(Precondition::Exists));
        assert_eq!(read("\"x\", \"3\" ,W/\"4\""), Some(Precondition::Version(3)));
        assert_eq!(read("\"3\",\"4\""), None, "one of several cannot be demanded");
    }

    #[test]
    fn what_never_matches_matches_nothing() {
        for text in
            ["W/\"3\"", "\"abc\"", "\"03\"", "\"+3\"", "\"\"", "\"-1\"", "\"0\"", "\"99999999999999999999\""]
        {
            assert_eq!(read(text), Some(Precondition::Version(NEVER)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_tag() {
        for text in ["3", "", "\"3", "\"3\" \"4\"", "w/\"3\"", "\"3\",", "* , \"3\"", "\"a b\""] {
            assert_eq!(tags(text), None, "{text}");
        }
    }

    #[test]
    fn compares_weakly_on_reads() {
        let seen = |text| Seen(tags(text).unwrap());
        assert!(seen("W/\"3\", \"4\"").has(3));
        assert!(seen("*").has(1));
        assert!(!seen("\"4\"").has(3));
    }
}
