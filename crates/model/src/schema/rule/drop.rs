//! The end of a rule.

use serde_json::Value as Json;

use super::rule_document;
use crate::catalog::{Catalog, Rule};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::{part, scope};

/// Decides the dropping of a rule. Nothing depends on one.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = scope::find(catalog, object).map_err(|fault| vec![fault])?;
    let rule: &Rule = part::find(before, name).map_err(|fault| vec![fault])?;
    let mut after = before.clone();
    after.rules.retain(|other| other.number != rule.number);
    let after = revise(before, after, next)?;
    let document = rule_document(before, rule);
    let account = summary("rule.dropped", &after.name, Some(("rule", &rule.name)), document, Json::Null);
    Ok(Decision::of(after, Vec::new(), account, Json::Null))
}
