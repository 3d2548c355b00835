//! Another name, label or description of an object.

use serde_json::{Map, Value as Json};

use crate::catalog::{Catalog, Definition};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::name::Noun;
use crate::schema::alias;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::{document, heading};
use crate::schema::members::{Members, label_of};
use crate::schema::scope::find;

/// Decides a patch of an object. A member that is null goes back to what it would be
/// had it not been given.
pub(in crate::schema) fn update(
    catalog: &Catalog,
    object: &str,
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let present = heading(before);
    let mut members = Members::new(patch, "");
    members.allow(
        "an object",
        &["name", "aliases", "label", "description", "prefix", "fields", "keys", "rules", "matching"],
    );
    let hints = [
        ("prefix", "a prefix is fixed at creation: ids contain it"),
        ("fields", "fields have addresses of their own: POST /v1/schema/objects/{object}/fields"),
        ("keys", "keys have addresses of their own: POST /v1/schema/objects/{object}/keys"),
        ("rules", "rules have addresses of their own: POST /v1/schema/objects/{object}/rules"),
        ("matching", "matching rules have addresses of their own: POST /v1/schema/objects/{object}/matching"),
    ];
    for (member, hint) in hints {
        if patch.get(member).is_some_and(|given| present.get(member) != Some(given)) {
            let fault = Fault::new(Code::InvalidDefinition, format!("`{member}` cannot be changed here"));
            members.refuse(member, fault.hint(hint));
        }
    }
    let mut after = before.clone();
    if patch.contains_key("name")
        && let Some(name) = members.name(Noun::Object)
    {
        alias::check_object(&mut members, catalog, Some(before), name);
        name.clone_into(&mut after.name);
    }
    after.aliases = alias::after(&mut members, patch, (&before.name, &before.aliases), &after.name);
    if patch.contains_key("label") {
        after.label = members.label(&after.name);
    } else if before.label == label_of(&before.name) {
        after.label = label_of(&after.name);
    }
    if patch.contains_key("description") {
        after.description = members.description();
    }
    let faults = members.finish();
    if !faults.is_empty() {
        return Err(faults);
    }
    decided(catalog, before, after, next)
}

fn decided(
    catalog: &Catalog,
    before: &Definition,
    after: Definition,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    if after == *before {
        return Ok(Decision::unchanged(before, document(before, catalog)));
    }
    let after = revise(before, after, next)?;
    let (old, new) = (Json::Object(heading(before)), Json::Object(heading(&after)));
    let account = summary("object.updated", &after.name, None, old, new);
    let result = document(&after, catalog);
    Ok(Decision::of(after, Vec::new(), account, result))
}
