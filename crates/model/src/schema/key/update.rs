//! Another name of a key.

use serde_json::{Map, Value as Json};

use crate::catalog::{Catalog, Key};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::name::Noun;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::key_document;
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::find;

/// Decides a patch of a key, which can change its name only. No alias is left: nothing
/// but the addresses of keys has the name.
pub(in crate::schema) fn update(
    catalog: &Catalog,
    object: &str,
    name: &str,
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let old: &Key = part::find(before, name).map_err(|fault| vec![fault])?;
    let present = key_document(before, old);
    let mut members = Members::new(patch, "");
    members.allow("a key", &["name", "fields", "unique", "case_insensitive"]);
    for member in ["fields", "unique", "case_insensitive"] {
        if patch.get(member).is_some_and(|given| present.get(member) != Some(given)) {
            let fault = Fault::new(Code::InvalidDefinition, format!("`{member}` cannot be changed here"));
            members.refuse(member, fault.hint("drop the key and add another"));
        }
    }
    let new_name = if patch.contains_key("name") { members.name(Noun::Key) } else { Some(old.name.as_str()) };
    let new = Key { name: new_name.unwrap_or_default().to_owned(), ..old.clone() };
    if let Err(fault) = part::check_name(&new, &before.keys) {
        members.refuse("name", fault);
    }
    let faults = members.finish();
    if !faults.is_empty() {
        return Err(faults);
    }
    if new.name == old.name {
        return Ok(Decision::unchanged(before, present));
    }
    let mut after = before.clone();
    after.keys.iter_mut().filter(|key| key.number == new.number).for_each(|key| key.clone_from(&new));
    let after = revise(before, after, next)?;
    let result = key_document(&after, &new);
    let account = summary("key.updated", &after.name, Some(("key", &new.name)), present, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}
