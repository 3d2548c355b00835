//! A new action on an object that there is. Nothing but the catalog changes.

use serde_json::{Map, Value as Json};

use super::define::define;
use super::{PART, action_document};
use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::id::ActionNo;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::find;

/// Decides a new action.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let mut members = Members::new(input, "");
    let action = define(&mut members, ActionNo(part::next_number(&before.actions)), catalog, before);
    if let Some(fault) = action.as_ref().and_then(|action| part::check_name(action, &before.actions).err()) {
        members.refuse("name", fault);
    }
    let faults = members.finish();
    let Some(action) = action.filter(|_| faults.is_empty()) else { return Err(faults) };
    let mut after = before.clone();
    after.actions.push(action.clone());
    let after = revise(before, after, next)?;
    let result = action_document(&after, &action, catalog);
    let part = Some((PART, action.name.as_str()));
    let account = summary("action.created", &before.name, part, Json::Null, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}
