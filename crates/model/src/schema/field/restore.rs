//! A hidden field comes back, with its values.

use serde_json::{Map, Value as Json};

use super::define;
use crate::catalog::{Catalog, Definition, Field};
use crate::fault::{Code, Fault, Faults};
use crate::id::FieldNo;
use crate::journal::SchemaVersion;
use crate::name::Noun;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope, find, find_removed_field};
use crate::schema::step::{Condition, Step};

/// Decides the return of a field under a name that is free. Whatever it uses must be
/// there; records that were written without a value keep it from being required.
pub(in crate::schema) fn restore(
    catalog: &Catalog,
    object: &str,
    which: (&str, Option<FieldNo>),
    patch: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let hidden = find_removed_field(before, which).map_err(|fault| vec![fault])?;
    let mut members = Members::new(patch, "");
    members.allow("a restored field", &["name", "required"]);
    let mut field = Field { removed: None, ..hidden.clone() };
    if patch.contains_key("name")
        && let Some(name) = members.name(Noun::Field)
    {
        name.clone_into(&mut field.name);
    }
    if patch.contains_key("required") {
        field.required = members.flag("required") && !field.is_read_only();
    }
    settle(&mut members, before, &mut field);
    let faults = members.finish();
    if !faults.is_empty() {
        return Err(faults);
    }
    check_restored(catalog, before, &field)?;
    let mut after = before.clone();
    let same = after.fields.iter_mut().filter(|other| other.number == field.number);
    same.for_each(|other| other.clone_from(&field));
    let after = revise(before, after, next)?;
    let steps = steps(before, &field);
    let result = field_document(&after, &field, catalog);
    let part = Some(("field", field.name.as_str()));
    let account = summary("field.restored", &before.name, part, Json::Null, result.clone());
    Ok(Decision::of(after, steps, account, result))
}

/// Drops the aliases that are others' names by now, and refuses a name that is.
fn settle(members: &mut Members<'_>, object: &Definition, field: &mut Field) {
    let visible = || object.fields.iter().filter(|other| other.is_visible());
    let own = field.name.clone();
    field.aliases.retain(|alias| *alias != own && !visible().any(|other| other.answers_to(alias)));
    if let Some(other) = visible().find(|other| other.answers_to(&field.name)) {
        let problem = format!("`{}.{}` has the name `{}` by now", object.name, other.name, field.name);
        let fault = Fault::new(Code::AlreadyExists, problem);
        members.refuse("name", fault.hint("restore it under another name: `{\"name\": …}`"));
    }
}

/// Checks that everything the field's definition names is there.
pub(in crate::schema) fn check_restored(
    catalog: &Catalog,
    object: &Definition,
    field: &Field,
) -> Result<(), Faults> {
    let document = field_document(object, field, catalog);
    let document = document.as_object().cloned().unwrap_or_default();
    let mut members = Members::new(&document, "");
    define(&mut members, field.number, Scope { catalog, own: Known::of(object) });
    let faults = members.finish();
    let own = |fault: Fault| {
        let message = format!("`{}.{}` cannot be restored: {}", object.name, field.name, fault.message);
        let fault = Fault { code: Code::Referenced, message, pointer: String::new(), ..fault };
        fault.hint("restore what it uses first, or purge it")
    };
    if faults.is_empty() { Ok(()) } else { Err(faults.into_iter().map(own).collect()) }
}

/// A required field comes back as such only if every record has a value.
fn steps(before: &Definition, field: &Field) -> Vec<Step> {
    if !field.required {
        return Vec::new();
    }
    let message = format!(
        "records have no value in `{}`: restore it with `{{\"required\": false}}`, give them one, and require \
         it then",
        field.name
    );
    let object = Box::new(before.clone());
    vec![Step::Refuse { object, found: Condition::Null(field.number), message }]
}
