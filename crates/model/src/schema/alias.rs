//! Earlier names that still work: what a rename leaves behind, and which names are free.

use serde_json::{Map, Value as Json};

use super::members::Members;
use super::wording;
use crate::catalog::{Catalog, Definition, Field};
use crate::fault::{Code, Fault, Faults};
use crate::limits::ALIASES_MAX;
use crate::name::{self, Noun};

/// The aliases of a thing after a patch: those it had, and the name that it loses, unless
/// the patch drops them. It can add none: an alias is a name that the thing once had.
pub(super) fn after(
    members: &mut Members<'_>,
    patch: &Map<String, Json>,
    (old_name, old_aliases): (&str, &[String]),
    new_name: &str,
) -> Vec<String> {
    let mut aliases = old_aliases.to_vec();
    aliases.push(old_name.to_owned());
    aliases.retain(|alias| alias != new_name);
    if old_name == new_name {
        aliases.retain(|alias| alias != old_name);
    }
    if patch.contains_key("aliases") {
        let given = members.array("aliases").unwrap_or_default();
        for (index, item) in given.iter().enumerate() {
            let is_known = |name: &str| name == new_name || aliases.iter().any(|alias| alias == name);
            if !item.as_str().is_some_and(is_known) {
                let fault =
                    Fault::new(Code::InvalidDefinition, "an alias is a name that the thing had before");
                let hint = "aliases can be kept or left out; a rename adds one";
                members.refuse(&format!("aliases/{index}"), fault.hint(hint));
            }
        }
        aliases.retain(|alias| given.iter().any(|item| item.as_str() == Some(alias)));
    }
    if aliases.len() > ALIASES_MAX {
        let problem = format!("`{new_name}` would have {} aliases; {ALIASES_MAX} are allowed", aliases.len());
        let fault = Fault::new(Code::LimitReached, problem);
        members.refuse("name", fault.hint("drop some of them: PATCH with `aliases`"));
    }
    aliases
}

/// The aliases of a new thing: a document of another tenant may bring some along.
pub(super) fn define(members: &mut Members<'_>, noun: Noun, own_name: &str) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for (index, item) in members.bounded_array("aliases", ALIASES_MAX).unwrap_or_default().iter().enumerate()
    {
        let at = format!("aliases/{index}");
        match item.as_str() {
            None => members.invalid(&at, "an alias is a name"),
            Some(alias) if alias == own_name || aliases.iter().any(|other| other == alias) => {
                members.invalid(&at, format!("`{alias}` stands there twice"));
            }
            Some(alias) => match name::check(noun, alias) {
                Ok(()) => aliases.push(alias.to_owned()),
                Err(fault) => members.refuse(&at, fault),
            },
        }
    }
    aliases
}

/// The aliases of a new object, whose name and aliases no other one may answer to.
pub(super) fn define_object(members: &mut Members<'_>, catalog: &Catalog, own_name: &str) -> Vec<String> {
    check_object(members, catalog, None, own_name);
    let aliases = define(members, Noun::Object, own_name);
    for (index, alias) in aliases.iter().enumerate() {
        if let Some(other) = catalog.object_named(alias) {
            members.refuse(&format!("aliases/{index}"), taken(alias, &other.name, "there is an object"));
        }
    }
    aliases
}

/// Notes names and aliases of a field that another field of its object answers to.
pub(super) fn check_field(members: &mut Members<'_>, object: &str, field: &Field, others: &[Field]) {
    let others = || others.iter().filter(|other| other.is_visible() && other.number != field.number);
    if let Some(other) = others().find(|other| other.answers_to(&field.name)) {
        members.refuse("name", taken(&field.name, &other.name, &format!("`{object}` has a field")));
    }
    for (index, alias) in field.aliases.iter().enumerate() {
        if let Some(other) = others().find(|other| other.answers_to(alias)) {
            let fault = taken(alias, &other.name, &format!("`{object}` has a field"));
            members.refuse(&format!("aliases/{index}"), fault);
        }
    }
}

/// Notes the name of an object that another one answers to.
pub(super) fn check_object(
    members: &mut Members<'_>,
    catalog: &Catalog,
    own: Option<&Definition>,
    name: &str,
) {
    let other = catalog.object_named(name).filter(|other| Some(other.number) != own.map(|own| own.number));
    if let Some(other) = other {
        members.refuse("name", taken(name, &other.name, "there is an object"));
    }
}

/// That a name is another's, or was.
fn taken(name: &str, present: &str, owner: &str) -> Fault {
    if name == present {
        return Fault::new(Code::AlreadyExists, format!("{owner} named `{name}`"));
    }
    let problem = format!("{owner} that `{name}` is an earlier name of: `{present}`");
    Fault::new(Code::AlreadyExists, problem).hint(format!("drop the alias of `{present}` first"))
}

/// Expressions that name a field by an alias that it loses. Most were rewritten at the
/// rename; where one name stands for the fields of several objects it was left.
pub(super) fn used(catalog: &Catalog, object: &Definition, old: &Field, new: &Field) -> Faults {
    let lost = old.aliases.iter().filter(|alias| !new.answers_to(alias));
    let faults = lost.flat_map(|alias| {
        let places = wording::naming(catalog, object.number, old, Some(alias)).into_iter();
        places.map(move |place| {
            let problem = format!("{place} uses the alias `{alias}`");
            Fault::new(Code::Referenced, problem).at("aliases").hint("write the present name there first")
        })
    });
    faults.collect()
}
