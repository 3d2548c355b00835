//! That all records of an object are filed by a matching rule.

use serde_json::Value as Json;

use super::matching_document;
use crate::catalog::{Catalog, KeyState, Matching};
use crate::fault::{Code, Fault, Faults};
use crate::id::{MatchingNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};

/// Decides that all records are filed by these rules; those that are gone are passed over.
pub(in crate::schema) fn ready(
    catalog: &Catalog,
    object: ObjectNo,
    rules: &[MatchingNo],
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let found = catalog.object(object);
    let Some(before) = found.map(|object| object.definition()) else {
        return Err(vec![Fault::new(Code::NotFound, "the object is gone")]);
    };
    let mut after = before.clone();
    let is_meant = |rule: &&mut Matching| rules.contains(&rule.number);
    after.matching.iter_mut().filter(is_meant).for_each(|rule| rule.state = KeyState::Ready);
    if after == *before {
        return Ok(Decision::unchanged(before, Json::Null));
    }
    let after = revise(before, after, next)?;
    let document: Json = after.matching.iter().map(|rule| matching_document(&after, rule)).collect();
    let account = summary("matching.ready", &before.name, None, Json::Null, document.clone());
    Ok(Decision::of(after, Vec::new(), account, document))
}
