//! Another definition of an action: the patch is laid over the action's document.

use serde_json::{Map, Value as Json};

use super::define::define;
use super::{PART, action_document};
use crate::catalog::{Action, Catalog};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::find;

/// Decides a patch of an action; members that are not named stay.
pub(in crate::schema) fn update(
    catalog: &Catalog,
    object: &str,
    name: &str,
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let old: &Action = part::find(before, name).map_err(|fault| vec![fault])?;
    let present = action_document(before, old, catalog);
    let mut merged = present.as_object().cloned().unwrap_or_default();
    merged.extend(patch.clone());
    let mut members = Members::new(&merged, "");
    let new = define(&mut members, old.number, catalog, before);
    if let Some(fault) = new.as_ref().and_then(|new| part::check_name(new, &before.actions).err()) {
        members.refuse("name", fault);
    }
    let faults = members.finish();
    let Some(new) = new.filter(|_| faults.is_empty()) else { return Err(faults) };
    if new == *old {
        return Ok(Decision::unchanged(before, present));
    }
    let mut after = before.clone();
    let same = after.actions.iter_mut().filter(|action| action.number == new.number);
    same.for_each(|action| action.clone_from(&new));
    let after = revise(before, after, next)?;
    let result = action_document(&after, &new, catalog);
    let account = summary("action.updated", &before.name, Some((PART, &new.name)), present, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}
