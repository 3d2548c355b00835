//! Members of fields that Kith sets itself: what a computed one follows from, and what a
//! stamp keeps the time of.

use serde_json::Value as Json;

use crate::catalog::{Computed, Definition, Field, FieldKind, FieldState};
use crate::fault::{Code, Fault};
use crate::id::FieldNo;
use crate::schema::expressions::Prospect;
use crate::schema::members::Members;
use crate::schema::scope::Scope;

/// Reads `computed` and `stored`.
pub(super) fn define(members: &mut Members<'_>) -> Option<Computed> {
    let stored = members.flag("stored");
    if members.get("computed").is_none() {
        if stored {
            let fault = Fault::new(Code::InvalidDefinition, "`stored` goes with `computed`");
            members.refuse("stored", fault.hint("say what it is computed from, or leave `stored` out"));
        }
        return None;
    }
    let expression = members.string("computed")?.to_owned();
    Some(Computed { expression, stored })
}

/// Reads `stamp`: the field whose changes a datetime keeps the time of.
pub(super) fn define_stamp(members: &mut Members<'_>, kind: &FieldKind, scope: Scope<'_>) -> Option<FieldNo> {
    if !matches!(kind, FieldKind::Datetime) {
        return None;
    }
    members.get("stamp")?;
    match scope.own.field(members.string("stamp")?) {
        Ok(field) if field.is_read_only() => {
            let problem = format!("`{}` is set by Kith itself", field.name);
            members.invalid("stamp", problem);
            None
        }
        Ok(field) => Some(field.number),
        Err(fault) => {
            members.refuse("stamp", fault);
            None
        }
    }
}

/// Checks a computed field within its object, as that would be.
pub(in crate::schema) fn check(
    members: &mut Members<'_>,
    prospect: &Prospect<'_>,
    object: &Definition,
    field: &Field,
) {
    for fault in prospect.check_computed(object, field) {
        members.refuse("computed", fault);
    }
}

/// What a field is cannot be changed: given, computed, stored, a stamp. Another
/// expression can take the place of the one there was; the records follow it.
pub(super) fn check_change(members: &mut Members<'_>, old: &Field, new: &Field) {
    let fixed = [
        ("computed", old.computed.is_some() != new.computed.is_some()),
        ("stored", old.computed.is_some() && new.computed.is_some() && old.is_virtual() != new.is_virtual()),
        ("stamp", old.stamp != new.stamp),
    ];
    for (member, is_changed) in fixed {
        if is_changed {
            let fault = Fault::new(Code::InvalidDefinition, format!("`{member}` cannot be changed here"));
            members.refuse(member, fault.hint("add another field"));
        }
    }
}

/// The members of a field's document that belong here; none for a field that is given.
pub(in crate::schema) fn particulars(object: &Definition, field: &Field) -> Vec<(&'static str, Json)> {
    let mut members = Vec::new();
    if let Some(Computed { expression, stored }) = &field.computed {
        members.push(("computed", Json::from(expression.as_str())));
        members.push(("stored", Json::from(*stored)));
    }
    if let Some(of) = field.stamp {
        let name = object.fields.iter().find(|other| other.number == of).map(|other| other.name.as_str());
        members.push(("stamp", Json::from(name)));
    }
    if field.state == FieldState::Filling {
        members.push(("state", Json::from("filling")));
    }
    members
}
