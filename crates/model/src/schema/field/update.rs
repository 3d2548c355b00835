//! Another definition of a field: the patch is laid over the field's document, and the
//! result must be a definition that the records there are can live with.

use serde_json::{Map, Value as Json};

use super::{define, transition};
use crate::catalog::{Catalog, Definition, Field};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope, find, find_field};

/// What a definition may say only once, with the way out.
const FIXED: &[(&str, &str)] = &[
    ("name", "fields cannot be renamed yet; the label can be changed"),
    ("type", "types cannot be changed yet; add another field"),
    ("precision", "add another field"),
    ("scale", "add another field"),
    ("prefix", "add another field"),
    ("digits", "add another field"),
    ("function", "drop the roll-up and create it anew"),
    ("from", "drop the roll-up and create it anew"),
    ("via", "drop the roll-up and create it anew"),
    ("of", "drop the roll-up and create it anew"),
    ("currency", "drop the roll-up and create it anew"),
];

/// Shorthands for keys, which have addresses of their own.
const SHORTHANDS: &[&str] = &["unique", "indexed", "case_insensitive"];

/// Decides a patch of a field. A member that is null goes back to what it would be had
/// it not been given.
pub(in crate::schema) fn update(
    catalog: &Catalog,
    object: &str,
    name: &str,
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let old = find_field(before, name).map_err(|fault| vec![fault])?;
    let present = field_document(before, old, catalog);
    let mut merged = present.as_object().cloned().unwrap_or_default();
    let mut faults = Faults::new();
    for (member, given) in patch {
        match fixed(member).filter(|_| merged.get(member) != Some(given)) {
            Some(hint) if merged.contains_key(member) || SHORTHANDS.contains(&member.as_str()) => {
                let fault = Fault::new(Code::InvalidDefinition, format!("`{member}` cannot be changed here"));
                faults.push(fault.at(member).hint(hint));
            }
            _ => {
                merged.insert(member.clone(), given.clone());
            }
        }
    }
    let mut members = Members::new(&merged, "");
    let new = define(&mut members, old.number, Scope { catalog, own: Known::of(before) });
    let new = new.map(|new| transition::settle(old, new));
    let mut after = before.clone();
    if let Some(new) = &new {
        after
            .fields
            .iter_mut()
            .filter(|field| field.number == old.number)
            .for_each(|field| field.clone_from(new));
        transition::check(&mut members, old, new, &after);
    }
    faults.extend(members.finish());
    let Some(new) = new.filter(|_| faults.is_empty()) else { return Err(faults) };
    decided(catalog, before, after, (old, &new), next)
}

fn fixed(member: &str) -> Option<&'static str> {
    if SHORTHANDS.contains(&member) {
        return Some("keys have addresses of their own: POST /v1/schema/objects/{object}/keys");
    }
    FIXED.iter().find(|(name, _)| *name == member).map(|(_, hint)| *hint)
}

fn decided(
    catalog: &Catalog,
    before: &Definition,
    after: Definition,
    (old, new): (&Field, &Field),
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let present = field_document(before, old, catalog);
    if old == new {
        return Ok(Decision::unchanged(before, present));
    }
    let after = revise(before, after, next)?;
    let steps = transition::steps(before, &after, old, new);
    let result = field_document(&after, new, catalog);
    let account = summary("field.updated", &after.name, Some(("field", &new.name)), present, result.clone());
    Ok(Decision::of(after, steps, account, result))
}
