//! A new matching rule on an object that there is.

use serde_json::{Map, Value as Json};

use super::define::{check_new, define};
use super::matching_document;
use crate::catalog::{Catalog, KeyState, Matching};
use crate::fault::Faults;
use crate::id::MatchingNo;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::{Known, find};

/// Decides a new matching rule. It files what is written from now on; a scan files the rest.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let mut members = Members::new(input, "");
    let rule = define(&mut members, MatchingNo(part::next_number(&before.matching)), Known::of(before));
    if let Some(fault) = rule.as_ref().and_then(|rule| check_new(rule, &before.matching).err()) {
        members.refuse("name", fault);
    }
    let faults = members.finish();
    let Some(rule) = rule.filter(|_| faults.is_empty()) else { return Err(faults) };
    let rule = Matching { state: KeyState::Building, ..rule };
    let mut after = before.clone();
    after.matching.push(rule.clone());
    let after = revise(before, after, next)?;
    let result = matching_document(&after, &rule);
    let part = Some(("matching", rule.name.as_str()));
    let account = summary("matching.created", &before.name, part, Json::Null, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}
