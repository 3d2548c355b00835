//! A hidden object comes back, with its records.

use serde_json::{Map, Value as Json};

use crate::catalog::{Catalog, Definition};
use crate::fault::{Code, Fault, Faults};
use crate::id::ObjectNo;
use crate::journal::SchemaVersion;
use crate::name::Noun;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::document;
use crate::schema::field;
use crate::schema::members::Members;
use crate::schema::scope::find_removed;

/// Decides the return of an object under a name that is free. Whatever its fields use
/// must be there.
pub(in crate::schema) fn restore(
    catalog: &Catalog,
    which: (&str, Option<ObjectNo>),
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find_removed(catalog, which).map_err(|fault| vec![fault])?;
    let mut members = Members::new(patch, "");
    members.allow("a restored object", &["name"]);
    let mut after = Definition { removed: None, ..before.clone() };
    if patch.contains_key("name")
        && let Some(name) = members.name(Noun::Object)
    {
        name.clone_into(&mut after.name);
    }
    if let Some(other) = catalog.object_named(&after.name) {
        let problem = format!("the object `{}` has the name `{}` by now", other.name, after.name);
        let fault = Fault::new(Code::AlreadyExists, problem);
        members.refuse("name", fault.hint("restore it under another name: `{\"name\": …}`"));
    }
    let own = after.name.clone();
    after.aliases.retain(|alias| *alias != own && catalog.object_named(alias).is_none());
    let mut faults = members.finish();
    for field in after.fields.iter().filter(|field| field.is_visible()) {
        faults.extend(field::check_restored(catalog, &after, field).err().unwrap_or_default());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let after = revise(before, after, next)?;
    check_expressions(catalog, &after, next)?;
    let result = document(&after, catalog);
    let account = summary("object.restored", &after.name, None, Json::Null, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}

/// Checks that its rules, too, find what they name.
fn check_expressions(catalog: &Catalog, after: &Definition, next: SchemaVersion) -> Result<(), Faults> {
    let with = catalog.with(next, [after.clone()]);
    let broken = with.object(after.number).map_or(&[][..], |object| object.expressions().broken());
    let fault = |fault: &Fault| {
        let hint = "restore what it uses first, or purge it";
        Fault { code: Code::Referenced, pointer: String::new(), ..fault.clone() }.hint(hint)
    };
    if broken.is_empty() { Ok(()) } else { Err(broken.iter().map(fault).collect()) }
}
