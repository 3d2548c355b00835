//! Another name or definition of a field: the patch is laid over the field's document, and the
//! result must be a definition that the records there are can live with.

use serde_json::{Map, Value as Json};

use super::{check_computed, define, transition, widen};
use crate::catalog::{Catalog, Definition, Field};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::schema::alias;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::expressions::Prospect;
use crate::schema::members::{Members, label_of};
use crate::schema::scope::{Known, Scope, find, find_field};
use crate::schema::wording;

/// What a definition may say only once, with the way out.
const FIXED: &[(&str, &str)] = &[
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
    ("where", "drop the roll-up and create it anew"),
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
    let is_widened = widen::is_asked(old, &merged, patch);
    if is_widened {
        merged = widen::without_particulars(merged, patch);
    }
    let mut faults = Faults::new();
    for (member, given) in patch {
        let is_type = matches!(member.as_str(), "type" | "precision" | "scale");
        match fixed(member).filter(|_| merged.get(member) != Some(given) && !(is_widened && is_type)) {
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
    let new = new.map(|new| renamed(&mut members, patch, old, new));
    let mut after = before.clone();
    if let Some(new) = &new {
        members.extend(widen::check(catalog, before, old, new).into_iter().collect());
        alias::check_field(&mut members, &before.name, new, &before.fields);
        members.extend(alias::used(catalog, before, old, new));
        after
            .fields
            .iter_mut()
            .filter(|field| field.number == old.number)
            .for_each(|field| field.clone_from(new));
        transition::check(&mut members, old, new, &after);
        if old.computed != new.computed || old.kind != new.kind {
            check_computed(&mut members, &Prospect::new(catalog, std::slice::from_ref(&after)), &after, new);
        }
    }
    faults.extend(members.finish());
    let Some(new) = new.filter(|_| faults.is_empty()) else { return Err(faults) };
    if widen::is_rewrite(old, &new) {
        let begun = widen::begun(old, &new);
        let field = after.fields.iter_mut().find(|field| field.number == old.number);
        field.into_iter().for_each(|field| field.clone_from(&begun));
        return decided(catalog, before, after, (old, &begun), next);
    }
    decided(catalog, before, after, (old, &new), next)
}

/// The new definition with the names that it keeps; a label that was made from the name
/// follows it.
fn renamed(members: &mut Members<'_>, patch: &Map<String, Json>, old: &Field, mut new: Field) -> Field {
    new.aliases = alias::after(members, patch, (&old.name, &old.aliases), &new.name);
    if !patch.contains_key("label") && old.label == label_of(&old.name) {
        new.label = label_of(&new.name);
    }
    new
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
    mut after: Definition,
    (old, new): (&Field, &Field),
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let present = field_document(before, old, catalog);
    if old == new {
        return Ok(Decision::unchanged(before, present));
    }
    let others = if old.name == new.name {
        Vec::new()
    } else {
        wording::rename(catalog, &mut after, old, &new.name, next)
    };
    let after = revise(before, after, next)?;
    let mut steps = transition::steps(before, &after, old, new);
    steps.extend(widen::begin(before, &after, old, new));
    let result = field_document(&after, new, catalog);
    let account = summary("field.updated", &after.name, Some(("field", &new.name)), present, result.clone());
    Ok(Decision::of(after, steps, account, result).followed_by(others))
}
