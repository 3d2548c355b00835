//! Another definition of a rule: the patch is laid over the rule's document.

use serde_json::{Map, Value as Json};

use super::define::define;
use super::rule_document;
use crate::catalog::{Catalog, Rule};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::{part, scope};

/// Decides a patch of a rule.
pub(in crate::schema) fn update(
    catalog: &Catalog,
    object: &str,
    name: &str,
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = scope::find(catalog, object).map_err(|fault| vec![fault])?;
    let old: &Rule = part::find(before, name).map_err(|fault| vec![fault])?;
    let present = rule_document(before, old);
    let mut merged = present.as_object().cloned().unwrap_or_default();
    merged.extend(patch.clone());
    let mut members = Members::new(&merged, "");
    let new = define(&mut members, old.number, catalog, before);
    if let Some(fault) = new.as_ref().and_then(|new| part::check_name(new, &before.rules).err()) {
        members.refuse("name", fault);
    }
    let faults = members.finish();
    let Some(new) = new.filter(|_| faults.is_empty()) else { return Err(faults) };
    if new == *old {
        return Ok(Decision::unchanged(before, present));
    }
    let mut after = before.clone();
    after.rules.iter_mut().filter(|rule| rule.number == new.number).for_each(|rule| rule.clone_from(&new));
    let after = revise(before, after, next)?;
    let result = rule_document(&after, &new);
    let account = summary("rule.updated", &after.name, Some(("rule", &new.name)), present, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}
