//! A new rule on an object that there is.

use serde_json::{Map, Value as Json};

use super::define::define;
use super::rule_document;
use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::id::RuleNo;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::{part, scope};

/// Decides a new rule.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = scope::find(catalog, object).map_err(|fault| vec![fault])?;
    let mut members = Members::new(input, "");
    let rule = define(&mut members, RuleNo(part::next_number(&before.rules)), catalog, before);
    if let Some(fault) = rule.as_ref().and_then(|rule| part::check_name(rule, &before.rules).err()) {
        members.refuse("name", fault);
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
