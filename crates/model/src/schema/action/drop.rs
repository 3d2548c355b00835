//! The end of an action.

use serde_json::Value as Json;

use super::{PART, action_document};
use crate::catalog::{Action, Catalog};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::part;
use crate::schema::scope::find;

/// Decides the dropping of an action.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let old: &Action = part::find(before, name).map_err(|fault| vec![fault])?;
    let mut after = before.clone();
    after.actions.retain(|other| other.number != old.number);
    let after = revise(before, after, next)?;
    let document = action_document(before, old, catalog);
    let account = summary("action.dropped", &before.name, Some((PART, name)), document, Json::Null);
    Ok(Decision::of(after, Vec::new(), account, Json::Null))
}
