//! Making, changing and dropping an action. Nothing but the catalog changes.

use serde_json::{Map, Value as Json};

use super::{action_document, define};
use crate::catalog::{Action, Catalog, Definition};
use crate::fault::{Code, Fault, Faults, near_miss};
use crate::id::ActionNo;
use crate::journal::SchemaVersion;
use crate::limits::ACTIONS_MAX;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::members::Members;
use crate::schema::scope::find;

/// Decides a new action.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let number = before.actions.iter().map(|action| action.number.0).max().unwrap_or(0) + 1;
    let action = checked(catalog, before, input, ActionNo(number))?;
    if before.actions.len() >= ACTIONS_MAX {
        let message = format!("an object has at most {ACTIONS_MAX} actions");
        return Err(vec![Fault::new(Code::LimitReached, message)]);
    }
    let mut after = before.clone();
    after.actions.push(action.clone());
    let after = revise(before, after, next)?;
    let result = action_document(&after, &action, catalog);
    let part = Some(("object_action", action.name.as_str()));
    let account = summary("action.created", &before.name, part, Json::Null, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}

/// Decides another definition of an action; members that are not named stay.
pub(in crate::schema) fn update(
    catalog: &Catalog,
    object: &str,
    name: &str,
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let old = find_action(before, name).map_err(|fault| vec![fault])?;
    let present = action_document(before, old, catalog);
    let mut merged = present.as_object().cloned().unwrap_or_default();
    merged.extend(patch.iter().map(|(member, given)| (member.clone(), given.clone())));
    let action = checked(catalog, before, &merged, old.number)?;
    if action == *old {
        return Ok(Decision::unchanged(before, present));
    }
    let mut after = before.clone();
    let same = after.actions.iter_mut().filter(|other| other.number == action.number);
    same.for_each(|other| other.clone_from(&action));
    let after = revise(before, after, next)?;
    let result = action_document(&after, &action, catalog);
    let part = Some(("object_action", action.name.as_str()));
    let account = summary("action.updated", &before.name, part, present, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}

/// Decides the dropping of an action.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let old = find_action(before, name).map_err(|fault| vec![fault])?;
    let mut after = before.clone();
    after.actions.retain(|other| other.number != old.number);
    let after = revise(before, after, next)?;
    let document = action_document(before, old, catalog);
    let part = Some(("object_action", name));
    let account = summary("action.dropped", &before.name, part, document, Json::Null);
    Ok(Decision::of(after, Vec::new(), account, Json::Null))
}

/// The action that the input defines, if its name is free.
fn checked(
    catalog: &Catalog,
    object: &Definition,
    input: &Map<String, Json>,
    number: ActionNo,
) -> Result<Action, Faults> {
    let mut members = Members::new(input, "");
    let action = define(&mut members, number, catalog, object);
    let taken = action.as_ref().is_some_and(|action| {
        object.actions.iter().any(|other| other.name == action.name && other.number != number)
    });
    if taken {
        members.refuse("name", Fault::new(Code::AlreadyExists, "another action has this name"));
    }
    let faults = members.finish();
    action.filter(|_| faults.is_empty()).ok_or(faults)
}

/// An action by name.
///
/// # Errors
/// `not_found`, with a near miss.
pub(crate) fn find_action<'a>(object: &'a Definition, name: &str) -> Result<&'a Action, Fault> {
    object.actions.iter().find(|action| action.name == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::NotFound, format!("`{}` has no action `{shown}`", object.name));
        match near_miss(name, object.actions.iter().map(|action| action.name.as_str())) {
            Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
            None => fault,
        }
    })
}
