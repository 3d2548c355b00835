//! The first stage of a field's removal: it is hidden, and kept underneath.

use serde_json::Value as Json;

use super::needs;
use crate::catalog::{Catalog, Removal};
use crate::fault::Faults;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::scope::{find, find_field};

/// Decides the hiding of a field that nothing uses.
pub(in crate::schema) fn remove(
    catalog: &Catalog,
    object: &str,
    name: &str,
    removal: Removal,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let field = find_field(before, name).map_err(|fault| vec![fault])?;
    let mut faults = needs::uses(catalog, before, field);
    faults.extend(needs::hidden_filters(catalog, before, field));
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut after = before.clone();
    let same = after.fields.iter_mut().filter(|other| other.number == field.number);
    same.for_each(|other| other.removed = Some(removal));
    let after = revise(before, after, removal.version)?;
    let document = field_document(before, field, catalog);
    let account = summary("field.removed", &before.name, Some(("field", &field.name)), document, Json::Null);
    Ok(Decision::of(after, Vec::new(), account, Json::Null))
}
