//! The schema of another version as one that is wanted: things are known by their
//! numbers, so that a name that has changed meanwhile is a rename.

use serde_json::{Map, Value as Json, json};

use super::whole_document;
use crate::catalog::{Catalog, Definition, Object};

/// The document of a catalog as it is wanted where another is in force.
#[must_use]
pub fn document_from(present: &Catalog, wanted: &Catalog) -> Map<String, Json> {
    let mut document = whole_document(wanted);
    let items = document.get_mut("objects").and_then(Json::as_array_mut);
    for (item, object) in items.into_iter().flatten().zip(wanted.visible()) {
        let Some(members) = item.as_object_mut() else { continue };
        // What came to be a name meanwhile goes on working.
        members.shift_remove("aliases");
        let known = present.object(object.number);
        match known.map(|known| known.definition()) {
            Some(known) => was(members, &known.name, &object.name),
            // Its prefix may belong to what was purged; another one is chosen then.
            None if present.prefix_is_taken(&object.prefix) => drop(members.shift_remove("prefix")),
            None => {}
        }
        fields(members, known.map(|known| known.definition()), object);
    }
    document
}

fn fields(members: &mut Map<String, Json>, present: Option<&Definition>, wanted: &Object) {
    let items = members.get_mut("fields").and_then(Json::as_array_mut);
    for (item, (_, field)) in items.into_iter().flatten().zip(wanted.visible()) {
        let Some(members) = item.as_object_mut() else { continue };
        members.shift_remove("aliases");
        let known = present.and_then(|known| known.fields.iter().find(|other| other.number == field.number));
        if let Some(known) = known.filter(|known| known.is_visible()) {
            was(members, &known.name, &field.name);
        }
    }
}

fn was(members: &mut Map<String, Json>, known: &str, wanted: &str) {
    if known != wanted {
        members.insert("was".to_owned(), json!(known));
    }
}
