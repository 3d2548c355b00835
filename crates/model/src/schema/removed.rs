//! What was removed and can be restored or purged.

use serde_json::{Value as Json, json};

use super::document::{document, field_document};
use crate::catalog::{Catalog, Definition, Removal};

/// Every hidden object, and every hidden field of the objects there are; what was removed
/// last comes first.
#[must_use]
pub fn removed_documents(catalog: &Catalog) -> Vec<Json> {
    let mut found: Vec<(Removal, u32, Json)> = Vec::new();
    for object in catalog.objects() {
        match object.removed {
            Some(removal) => found.push((removal, object.number.0, of_object(object, removal, catalog))),
            None => {
                let hidden = object.fields().iter().filter_map(|field| Some((field.removed?, field)));
                found.extend(hidden.map(|(removal, field)| {
                    let account = json!({
                        "object": object.name,
                        "field": field.name,
                        "number": field.number,
                        "removed_at": removal.at.to_string(),
                        "schema_version": removal.version,
                        "definition": field_document(object, field, catalog),
                    });
                    (removal, field.number.0, account)
                }));
            }
        }
    }
    found.sort_by_key(|(removal, number, _)| std::cmp::Reverse((removal.version, *number)));
    found.into_iter().map(|(_, _, account)| account).collect()
}

fn of_object(object: &Definition, removal: Removal, catalog: &Catalog) -> Json {
    json!({
        "object": object.name,
        "field": null,
        "number": object.number,
        "removed_at": removal.at.to_string(),
        "schema_version": removal.version,
        "definition": document(object, catalog),
    })
}
