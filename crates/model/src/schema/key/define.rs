//! A key's definition from its members, and the rules that every key keeps.

use crate::catalog::{Field, FieldKind, Key, KeyState};
use crate::fault::{Code, Fault};
use crate::id::KeyNo;
use crate::limits::{
    EMAIL_BYTES_MAX, KEY_BYTES_MAX, KEY_FIELDS_MAX, NAME_BYTES_MAX, OPTION_LENGTH_MAX, URL_BYTES_MAX,
};
use crate::name::{self, Noun};
use crate::schema::members::Members;
use crate::schema::scope::Known;

/// Reads a key's definition. A key is unique unless it says otherwise.
pub(in crate::schema) fn define(members: &mut Members<'_>, number: KeyNo, object: Known<'_>) -> Option<Key> {
    members.allow("a key", &["name", "fields", "unique", "case_insensitive", "state", "task"]);
    let unique = members.get("unique").is_none() || members.flag("unique");
    let case_insensitive = members.flag("case_insensitive");
    let given_name = if members.get("name").is_some() { Some(members.name(Noun::Key)?) } else { None };
    if members.get("fields").is_none() {
        members.missing("fields");
    }
    let given = members.array("fields")?;
    if given.is_empty() || given.len() > KEY_FIELDS_MAX {
        members.invalid("fields", format!("a key has 1 to {KEY_FIELDS_MAX} fields"));
        return None;
    }
    let mut fields: Vec<&Field> = Vec::with_capacity(given.len());
    for (index, item) in given.iter().enumerate() {
        let at = format!("fields/{index}");
        match item.as_str().map(|name| object.field(name)) {
            None => members.invalid(&at, "a key's field is given by its name"),
            Some(Err(fault)) => members.refuse(&at, fault),
            Some(Ok(field)) if fields.iter().any(|other| other.number == field.number) => {
                members.invalid(&at, format!("`{}` stands there twice", field.name));
            }
            Some(Ok(field)) => fields.push(field),
        }
    }
    if fields.len() < given.len() {
        return None;
    }
    let name = given_name.map_or_else(|| derived_name(&fields), str::to_owned);
    let fields = fields.iter().map(|field| field.number).collect();
    let key = Key { number, name, fields, unique, case_insensitive, state: KeyState::Ready };
    if let Err(fault) = check(&key, object.fields) {
        members.refuse("fields", fault);
        return None;
    }
    Some(key)
}

/// `first_name_email` over `first_name` and `email`, as far as a name may go.
fn derived_name(fields: &[&Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let mut name = names.join("_");
    name.truncate(NAME_BYTES_MAX);
    let name = name.trim_end_matches('_');
    if name::check(Noun::Key, name).is_ok() { name.to_owned() } else { fields[0].name.clone() }
}

/// Checks that a key can be made over these fields (those it names must be among them).
///
/// # Errors
/// Which field cannot stand in a key, or that an entry would be too long for an index.
pub(in crate::schema) fn check(key: &Key, fields: &[Field]) -> Result<(), Fault> {
    let fields =
        || key.fields.iter().filter_map(|number| fields.iter().find(|field| field.number == *number));
    let mut bytes = 0;
    for field in fields() {
        bytes += entry_bytes(field, key.case_insensitive)?;
    }
    if key.case_insensitive && !fields().any(|field| is_text(&field.kind)) {
        return Err(Fault::new(Code::InvalidDefinition, "`case_insensitive` needs a text field in the key"));
    }
    if bytes > KEY_BYTES_MAX {
        let problem = format!("entries of the key could have {bytes} bytes, {KEY_BYTES_MAX} are allowed");
        return Err(
            Fault::new(Code::LimitReached, problem).hint("give its text fields a smaller `max_length`")
        );
    }
    Ok(())
}

/// What one field adds to an entry at most. A character has at most four bytes in UTF-8;
/// folded, one of three can have five (tested beside [`crate::value::fold`]).
fn entry_bytes(field: &Field, folded: bool) -> Result<usize, Fault> {
    let characters = |count: usize| count * if folded { 5 } else { 4 };
    let bytes = |count: usize| if folded { count.div_ceil(3) * 5 } else { count };
    if field.is_virtual() {
        let fault =
            unfit(field, "the field is evaluated when it is read, so that nothing of it can be in a key");
        return Err(fault.hint("give it `\"stored\": true`"));
    }
    match &field.kind {
        FieldKind::Text { max_length } => {
            Ok(characters(usize::try_from(*max_length).unwrap_or(usize::MAX / 5)))
        }
        FieldKind::Select { .. } => Ok(characters(OPTION_LENGTH_MAX)),
        FieldKind::Email => Ok(bytes(EMAIL_BYTES_MAX)),
        FieldKind::Url => Ok(bytes(URL_BYTES_MAX)),
        FieldKind::Phone
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Boolean
        | FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::AutoNumber { .. } => Ok(16),
        FieldKind::Reference { to, .. } if to.len() == 1 => Ok(16),
        FieldKind::Reference { .. } => Err(unfit(field, "a reference in a key has one target")),
        FieldKind::LongText { .. } => Err(unfit(field, "a field of type `long_text` is too long for a key")
            .hint("a `text` field can stand in a key")),
        FieldKind::Currency { .. }
        | FieldKind::MultiSelect { .. }
        | FieldKind::Json
        | FieldKind::Rollup { .. } => {
            Err(unfit(field, &format!("a field of type `{}` cannot stand in a key", field.kind.name())))
        }
    }
}

fn unfit(field: &Field, problem: &str) -> Fault {
    Fault::new(Code::InvalidDefinition, format!("`{}`: {problem}", field.name))
}

/// Whether the field has a case-folded copy in a key that asks for it.
fn is_text(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Select { .. }
    )
}
