//! What each column of a header is.

use std::collections::HashSet;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Field, FieldKind, Object};
use kith_model::fault::{Code, Fault};
use kith_model::job::RowFault;
use kith_model::name::SYSTEM_FIELDS;

use super::{ID, IF_MATCH, Part};

/// The two parts of an amount.
const MONEY: [&str; 2] = ["amount", "currency"];

pub(super) fn resolve(
    header: &[String],
    object: &Arc<Object>,
    catalog: &Catalog,
) -> Result<Vec<Part>, Vec<RowFault>> {
    let mut parts = Vec::with_capacity(header.len());
    let mut faults = Vec::new();
    let mut refuse = |name: &str, fault| faults.push(RowFault { fault, column: Some(name.into()) });
    for name in header {
        match part(name.trim(), object, catalog) {
            Ok(part) => parts.push((name, part)),
            Err(fault) => refuse(name, fault),
        }
    }
    let mut seen = HashSet::new();
    for (name, part) in &parts {
        if !seen.insert(what(part)) && !matches!(part, Part::Set) {
            let fault = Fault::new(Code::Malformed, format!("the column `{}` stands twice", shown(name)));
            refuse(name, fault.hint("each field comes from one column"));
        }
    }
    for (name, part) in &parts {
        if let Some(fault) = incomplete(part, &seen, object) {
            refuse(name, fault);
        }
    }
    if faults.is_empty() { Ok(parts.into_iter().map(|(_, part)| part).collect()) } else { Err(faults) }
}

fn part(name: &str, object: &Arc<Object>, catalog: &Catalog) -> Result<Part, Fault> {
    match name {
        ID => return Ok(Part::Id),
        IF_MATCH => return Ok(Part::IfMatch),
        _ if SYSTEM_FIELDS.contains(&name) => return Ok(Part::Set),
        _ => {}
    }
    if let Some(slot) = object.slot_named(name) {
        let is_set = object.fields()[slot].is_read_only();
        return Ok(if is_set { Part::Set } else { Part::Field(slot) });
    }
    let Some((first, rest)) = name.split_once('.') else { return Err(unknown(name, object)) };
    let Some(slot) = object.slot_named(first) else { return Err(unknown(name, object)) };
    let field = &object.fields()[slot];
    match &field.kind {
        _ if field.is_read_only() => Ok(Part::Set),
        FieldKind::Currency { .. } => match MONEY.into_iter().find(|part| *part == rest) {
            Some(part) => Ok(Part::Money(slot, part)),
            None => {
                let problem = format!("`{first}` has the parts `amount` and `currency`");
                Err(Fault::new(Code::UnknownField, problem).did_you_mean(rest, MONEY))
            }
        },
        FieldKind::Reference { to, .. } => {
            let targets: Vec<_> = to.iter().filter_map(|number| catalog.object(*number)).collect();
            by(slot, field, rest, &targets)
        }
        _ => Err(unknown(name, object)),
    }
}

/// A reference by a field of its target; of one of its targets, where it has several.
fn by(slot: usize, field: &Field, rest: &str, targets: &[&Arc<Object>]) -> Result<Part, Fault> {
    let names_target = targets.len() > 1;
    let (target, name) = match (targets, rest.split_once('.')) {
        ([only], _) => (*only, rest),
        (several, Some((object, name))) => match several.iter().find(|target| target.name == object) {
            Some(target) => (*target, name),
            None => {
                let problem = format!("`{}` does not refer to `{}`", field.name, shown(object));
                let names = several.iter().map(|target| target.name.as_str());
                return Err(Fault::new(Code::UnknownField, problem).did_you_mean(object, names));
            }
        },
        (_, None) => {
            let problem = format!("`{}` refers to several objects", field.name);
            let example = targets.first().map_or("object", |target| target.name.as_str());
            let hint = format!("name the object as well, as in `{}.{example}.{}`", field.name, shown(rest));
            return Err(Fault::new(Code::UnknownField, problem).hint(hint));
        }
    };
    let Some(of) = target.slot_named(name) else {
        let problem = format!("`{}` has no field `{}`", target.name, shown(name));
        let names = target.visible().map(|(_, field)| field.name.as_str());
        return Err(Fault::new(Code::UnknownField, problem).did_you_mean(name, names));
    };
    Ok(Part::By { slot, target: target.clone(), names_target, of })
}

/// What a column stands for: no two may stand for the same.
fn what(part: &Part) -> (usize, usize, u32) {
    match part {
        Part::Id => (0, 0, 0),
        Part::IfMatch => (1, 0, 0),
        // All alike: what is passed over may stand there twice.
        Part::Set => (2, usize::MAX, 0),
        Part::Field(slot) => (3, *slot, 0),
        Part::Money(slot, member) => (4, *slot, u32::from(*member == MONEY[1])),
        Part::By { slot, target, of, .. } => (5 + of, *slot, target.number.0),
    }
}

/// What is missing beside a column, or stands in its way.
fn incomplete(part: &Part, seen: &HashSet<(usize, usize, u32)>, object: &Object) -> Option<Fault> {
    let (slot, name) = match part {
        Part::Money(slot, _) | Part::By { slot, .. } => (*slot, &object.fields()[*slot].name),
        Part::Id | Part::IfMatch | Part::Set | Part::Field(_) => return None,
    };
    if seen.contains(&what(&Part::Field(slot))) {
        let problem = format!("`{name}` stands in a column of its own as well");
        return Some(Fault::new(Code::Malformed, problem).hint("leave one of them out"));
    }
    let Part::Money(_, member) = part else { return None };
    let other = MONEY[usize::from(*member == MONEY[0])];
    if seen.contains(&what(&Part::Money(slot, other))) {
        return None;
    }
    let problem = format!("the column `{name}.{other}` is missing beside `{name}.{member}`");
    Some(Fault::new(Code::Malformed, problem))
}

fn unknown(name: &str, object: &Object) -> Fault {
    if name.is_empty() {
        return Fault::new(Code::UnknownField, "a column has no name");
    }
    let fault = Fault::new(Code::UnknownField, format!("`{}` has no field `{}`", object.name, shown(name)));
    let names = object.visible().map(|(_, field)| field.name.as_str()).chain([ID, IF_MATCH]);
    let fault = fault.did_you_mean(name, names);
    match fault.hint {
        None => {
            fault.hint("a load's columns are the names of fields; a mapping brings in a file with others")
        }
        Some(_) => fault,
    }
}

/// A name from a file, which may be of any length.
fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}
