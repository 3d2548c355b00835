//! Making and dropping a matching rule, and that all records are filed by it.

use serde_json::{Map, Value as Json};

use super::define::{check_new, define};
use super::matching_document;
use crate::catalog::{Catalog, Definition, KeyState, Matching};
use crate::fault::{Code, Fault, Faults, near_miss};
use crate::id::{MatchingNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::scope::{Known, find};
use crate::schema::step::Step;

/// Decides a new matching rule. It files what is written from now on; a scan files the rest.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let number = before.matching.iter().map(|rule| rule.number.0).max().unwrap_or(0) + 1;
    let mut members = Members::new(input, "");
    let rule = define(&mut members, MatchingNo(number), Known::of(before));
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

/// Decides the dropping of a matching rule; what it found goes with it.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let rule = find_rule(before, name).map_err(|fault| vec![fault])?;
    let mut after = before.clone();
    after.matching.retain(|other| other.number != rule.number);
    let after = revise(before, after, next)?;
    let document = matching_document(before, rule);
    let account = summary("matching.dropped", &before.name, Some(("matching", name)), document, Json::Null);
    let steps = vec![Step::DropMatching { object: before.number, matching: rule.number }];
    Ok(Decision::of(after, steps, account, Json::Null))
}

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

fn find_rule<'a>(object: &'a Definition, name: &str) -> Result<&'a Matching, Fault> {
    object.matching.iter().find(|rule| rule.name == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::NotFound, format!("`{}` has no matching rule `{shown}`", object.name));
        match near_miss(name, object.matching.iter().map(|rule| rule.name.as_str())) {
            Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
            None => fault,
        }
    })
}
