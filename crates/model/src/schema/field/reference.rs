//! What a reference may point at.

use crate::catalog::{FieldKind, OnDelete};
use crate::fault::{Code, Fault};
use crate::limits::TARGETS_MAX;
use crate::schema::members::Members;
use crate::schema::scope::Scope;

const ON_DELETE: &[(&str, OnDelete)] =
    &[("restrict", OnDelete::Restrict), ("clear", OnDelete::Clear), ("cascade", OnDelete::Cascade)];

/// Reads `to` and `on_delete`.
pub(super) fn define(members: &mut Members<'_>, scope: Scope<'_>) -> Option<FieldKind> {
    let on_delete = members.word("on_delete", ON_DELETE).unwrap_or_default();
    if members.get("to").is_none() {
        let fault = Fault::new(Code::Required, "`to` is missing");
        members.refuse("to", fault.hint(r#"name the objects it may point at, as in `["company"]`"#));
    }
    let given = members.bounded_array("to", TARGETS_MAX)?;
    if given.is_empty() {
        members.invalid("to", "a reference needs at least one target");
    }
    let mut to = Vec::with_capacity(given.len());
    for (index, item) in given.iter().enumerate() {
        let at = format!("to/{index}");
        match item.as_str().map(|name| scope.object(name)) {
            None => members.invalid(&at, "a target is the name of an object"),
            Some(Err(fault)) => members.refuse(&at, fault),
            Some(Ok(target)) if to.contains(&target.number) => {
                members.invalid(&at, format!("`{}` stands there twice", target.name));
            }
            Some(Ok(target)) => to.push(target.number),
        }
    }
    Some(FieldKind::Reference { to, on_delete })
}
