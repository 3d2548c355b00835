//! The end of a matching rule.

use serde_json::Value as Json;

use super::matching_document;
use crate::catalog::{Catalog, Matching};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::part;
use crate::schema::scope::find;
use crate::schema::step::Step;

/// Decides the dropping of a matching rule; what it found goes with it.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let rule: &Matching = part::find(before, name).map_err(|fault| vec![fault])?;
    let mut after = before.clone();
    after.matching.retain(|other| other.number != rule.number);
    let after = revise(before, after, next)?;
    let document = matching_document(before, rule);
    let account = summary("matching.dropped", &before.name, Some(("matching", name)), document, Json::Null);
    let steps = vec![Step::DropMatching { object: before.number, matching: rule.number }];
    Ok(Decision::of(after, steps, account, Json::Null))
}
