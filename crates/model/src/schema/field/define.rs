//! A field's definition from its members.

use serde_json::Value as Json;

use super::{computed, kind};
use crate::catalog::{Classification, Field, FieldKind, FieldState, Key, KeyState};
use crate::fault::{Code, Fault};
use crate::id::{FieldNo, KeyNo};
use crate::name::Noun;
use crate::schema::key;
use crate::schema::members::Members;
use crate::schema::scope::Scope;
use crate::value;

const CLASSIFICATIONS: &[(&str, Classification)] = &[
    ("public", Classification::Public),
    ("internal", Classification::Internal),
    ("personal", Classification::Personal),
    ("secret", Classification::Secret),
];

/// Reads a field's definition; `None` when something without which there is no field
/// is wrong. There may be faults in either case.
pub(in crate::schema) fn define(
    members: &mut Members<'_>,
    number: FieldNo,
    scope: Scope<'_>,
) -> Option<Field> {
    let name = members.name(Noun::Field);
    let label = members.label(name.unwrap_or_default());
    let description = members.description();
    let classification = members.word("classification", CLASSIFICATIONS).unwrap_or_default();
    let required = members.flag("required");
    let kind = kind::define(members, scope);
    let name = name?.to_owned();
    let mut field = Field { label, description, classification, required, ..Field::new(number, name, kind?) };
    field.computed = computed::define(members);
    field.stamp = computed::define_stamp(members, &field.kind, scope);
    if field.computed.is_some() && field.stamp.is_some() {
        members.invalid("stamp", "a computed field keeps no time");
    }
    if field.is_read_only() {
        refuse_member(members, "required", &field);
        refuse_member(members, "default", &field);
    } else {
        field.default = default(members, &field, scope);
    }
    if members.flag("backfill") {
        backfill(members, &mut field);
    }
    Some(field)
}

/// The records there are get the default as well.
fn backfill(members: &mut Members<'_>, field: &mut Field) {
    if field.default.is_some() {
        field.state = FieldState::Filling;
    } else if members.get("default").is_none() {
        let fault = Fault::new(Code::InvalidDefinition, "`backfill` goes with a `default`");
        members.refuse("backfill", fault.hint("add the `default` that records are to get"));
    }
}

/// What a field that Kith sets cannot have; documents say `false` and `null` of it.
fn refuse_member(members: &mut Members<'_>, member: &str, field: &Field) {
    if !matches!(members.get(member), None | Some(Json::Bool(false))) {
        members.invalid(
            member,
            match field.kind.is_read_only() {
                true => {
                    format!("a field of type `{}` is set by Kith: it has no `{member}`", field.kind.name())
                }
                false => format!("the field is set by Kith: it has no `{member}`"),
            },
        );
    }
}

/// The default in its normal form.
fn default(members: &mut Members<'_>, field: &Field, scope: Scope<'_>) -> Option<Json> {
    let given = members.get("default")?;
    if let FieldKind::Reference { .. } = field.kind {
        members.invalid("default", "a reference has no default: the record it names could be deleted");
        return None;
    }
    match value::parse(field, given, scope.catalog) {
        Ok(value) => Some(value::render(field, &value, scope.catalog)),
        Err(fault) => {
            // The value's fault points into a record: `/name/...`.
            let below = fault.pointer.get(field.name.len() + 1..).unwrap_or_default().to_owned();
            members.refuse("default", Fault { pointer: below, ..fault });
            None
        }
    }
}

/// The key that the shorthands `unique` and `indexed` ask for.
pub(in crate::schema) fn shorthand_key(
    members: &mut Members<'_>,
    field: &Field,
    number: KeyNo,
) -> Option<Key> {
    let unique = members.flag("unique");
    let indexed = members.flag("indexed");
    let case_insensitive = members.flag("case_insensitive");
    if case_insensitive && !unique {
        let fault = Fault::new(Code::InvalidDefinition, "`case_insensitive` goes with `unique`");
        members.refuse("case_insensitive", fault.hint("add `\"unique\": true`"));
    }
    // Every reference has an index, so that is no wish for another.
    let is_indexed = matches!(field.kind, FieldKind::Reference { .. });
    if !unique && (!indexed || is_indexed) {
        return None;
    }
    let key = Key {
        number,
        name: field.name.clone(),
        fields: vec![field.number],
        unique,
        case_insensitive,
        state: KeyState::Ready,
    };
    if let Err(fault) = key::check(&key, std::slice::from_ref(field)) {
        members.refuse(if unique { "unique" } else { "indexed" }, fault);
        return None;
    }
    Some(key)
}
