//! A new rule on an object that there is.

use serde_json::{Map, Value as Json};

use super::define::{check_name, define, next_number};
use super::rule_document;
use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::scope;

/// Decides a new rule.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = scope::find(catalog, object).map_err(|fault| vec![fault])?;
    let mut members = Members::new(input, "");
    let rule = define(&mut members, next_number(&before.rules), catalog, before);
    if let Some(rule) = &rule {
        check_name(&mut members, rule, &before.rules);
    }
    let faults = members.finish();
    let Some(rule) = rule.filter(|_| faults.is_empty()) else { return Err(faults) };
    let mut after = before.clone();
    after.rules.push(rule.clone());
    let after = revise(before, after, next)?;
    let result = rule_document(&after, &rule);
    let account =
        summary("rule.created", &after.name, Some(("rule", &rule.name)), Json::Null, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}
