//! The first stage of an object's removal: it is hidden, and its records with it.

use serde_json::Value as Json;

use super::needs;
use crate::catalog::{Catalog, Definition, Removal};
use crate::fault::Faults;
use crate::schema::decide::{Decision, summary};
use crate::schema::document::document;
use crate::schema::scope::find;

/// Decides the hiding of an object that no other object needs.
pub(in crate::schema) fn remove(
    catalog: &Catalog,
    object: &str,
    removal: Removal,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let faults = needs::uses(catalog, before);
    if !faults.is_empty() {
        return Err(faults);
    }
    let account = summary("object.removed", &before.name, None, document(before, catalog), Json::Null);
    let after = Definition { removed: Some(removal), schema_version: removal.version, ..before.clone() };
    Ok(Decision::of(after, Vec::new(), account, Json::Null))
}
