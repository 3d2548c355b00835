//! References that name their record by what it has, and not by its id: by the values of a
//! unique key, or by its id in another system. Here they are read; a decision finds them.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{find_object, unique};
use crate::catalog::{Catalog, Field, FieldKind, Object};
use crate::decide::KeyValue;
use crate::fault::{Code, Fault, Faults};
use crate::id::{KeyNo, ObjectNo};
use crate::operation::{Assigned, Input};
use crate::source::SourceId;

/// The members that make an object a reference of this kind.
const MEMBERS: [&str; 4] = ["$by", "$source", "$object", "$else"];

/// A record that a reference names by what it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sought {
    /// The field, as the caller wrote it.
    pub name: Box<str>,
    /// By what it is found.
    pub by: SoughtBy,
    /// What to do when there is none.
    pub or_else: OrElse,
}

/// By what a record is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SoughtBy {
    /// By the values of a unique key.
    Key {
        /// Its object.
        object: ObjectNo,
        /// The key.
        key: KeyNo,
        /// The values.
        values: KeyValue,
        /// As the caller wrote them.
        given: Input,
    },
    /// By its id in another system.
    Source(SourceId),
}

/// What becomes of a reference whose record is not found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrElse {
    /// The operation is refused.
    Refuse,
    /// It is null.
    Null,
    /// The record is made of the values that it was looked for by.
    Create,
}

/// Reads `{"$ref": …}`, `{"$by": …}` and `{"$source": …}` as the value of a reference;
/// anything else is not of this kind. Pointers begin at the field, as it was written.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(
    field: &Field,
    name: &str,
    given: &Json,
    catalog: &Catalog,
) -> Result<Option<Assigned>, Faults> {
    let (FieldKind::Reference { to, .. }, Some(members)) = (&field.kind, given.as_object()) else {
        return Ok(None);
    };
    if let (Some(Json::String(label)), 1) = (members.get("$ref"), members.len()) {
        return Ok(Some(Assigned::Earlier(label.clone())));
    }
    if !members.contains_key("$by") && !members.contains_key("$source") {
        return Ok(None);
    }
    let sought = lookup(to, name, members, catalog).map_err(|faults| {
        let pointer = Fault::new(Code::InvalidValue, "").at(name).pointer;
        faults.into_iter().map(|fault| fault.under(&pointer)).collect::<Faults>()
    })?;
    Ok(Some(Assigned::Sought(Box::new(sought))))
}

fn lookup(
    to: &[ObjectNo],
    name: &str,
    members: &Map<String, Json>,
    catalog: &Catalog,
) -> Result<Sought, Faults> {
    let mut faults = Faults::new();
    for member in members.keys().filter(|member| !MEMBERS.contains(&member.as_str())) {
        let shown: String = member.chars().take(100).collect();
        let fault = Fault::new(Code::UnknownMember, format!("`{shown}` is not known here")).at(member);
        faults.push(fault.did_you_mean(member, MEMBERS));
    }
    let or_else = match members.get("$else") {
        None => OrElse::Refuse,
        Some(Json::Null) => OrElse::Null,
        Some(Json::String(word)) if word == "create" => OrElse::Create,
        Some(_) => {
            let fault = Fault::new(Code::InvalidValue, "`$else` is null or `\"create\"`").at("$else");
            faults.push(fault.hint("leave it out to refuse what is not found"));
            OrElse::Refuse
        }
    };
    let by = match (members.get("$by"), members.get("$source")) {
        (Some(by), None) => by_key(to, members, by, or_else, catalog),
        (None, Some(source)) => by_source(members, source, or_else),
        _ => {
            let fault = Fault::new(Code::InvalidValue, "`$by` and `$source` are two ways to say one thing");
            Err(vec![fault.at("$source").hint("give one of them")])
        }
    };
    match by {
        Ok(by) if faults.is_empty() => Ok(Sought { name: name.into(), by, or_else }),
        Ok(_) => Err(faults),
        Err(found) => {
            faults.extend(found);
            Err(faults)
        }
    }
}

fn by_source(members: &Map<String, Json>, source: &Json, or_else: OrElse) -> Result<SoughtBy, Faults> {
    let mut faults = Faults::new();
    if or_else == OrElse::Create {
        let message = "a record is not made of an id in another system alone";
        let fault = Fault::new(Code::InvalidValue, message).at("$else");
        faults.push(fault.hint("write it before, with this id as its `source`"));
    }
    if members.contains_key("$object") {
        let message = "an id in another system says itself of which object it is";
        faults.push(Fault::new(Code::InvalidValue, message).at("$object").hint("leave it out"));
    }
    match SourceId::read(source) {
        Ok(source) if faults.is_empty() => Ok(SoughtBy::Source(source)),
        Ok(_) => Err(faults),
        Err(found) => {
            faults.extend(found.into_iter().map(|fault| fault.under("/$source")));
            Err(faults)
        }
    }
}

fn by_key(
    to: &[ObjectNo],
    members: &Map<String, Json>,
    by: &Json,
    or_else: OrElse,
    catalog: &Catalog,
) -> Result<SoughtBy, Faults> {
    let object = target(to, members, catalog).map_err(|fault| vec![fault])?;
    let Some(by) = by.as_object() else {
        let message = "`$by` is an object of the fields of a unique key, each with its value";
        let fault = Fault::new(Code::InvalidType, message).at("$by");
        return Err(vec![fault.hint(r#"write it as in `{"$by": {"domain": "acme.example"}}`"#)]);
    };
    let under = |fault: Fault| fault.under("/$by");
    let named = unique::named(object, by, catalog)
        .map_err(|faults| faults.into_iter().map(under).collect::<Faults>())?;
    if !named.sought.is_empty() {
        let message = "a record that is looked up cannot be looked up by a record that is looked up";
        return Err(vec![Fault::new(Code::InvalidValue, message).at("$by")]);
    }
    let is_ours = |slot: usize| object.fields()[slot].is_read_only();
    if or_else == OrElse::Create && named.given.iter().any(|(slot, _)| is_ours(*slot)) {
        let message = "a record cannot be made with a value that only Kith gives";
        return Err(vec![Fault::new(Code::InvalidValue, message).at("$else")]);
    }
    let given = Arc::new(by.clone());
    Ok(SoughtBy::Key { object: object.number, key: named.key, values: named.values, given })
}

/// The object that a reference means: what `$object` says, or the only one there is.
fn target<'c>(
    to: &[ObjectNo],
    members: &Map<String, Json>,
    catalog: &'c Catalog,
) -> Result<&'c Object, Fault> {
    let targets: Vec<&Object> =
        to.iter().filter_map(|number| catalog.object(*number)).map(AsRef::as_ref).collect();
    let names = || targets.iter().map(|object| format!("`{}`", object.name)).collect::<Vec<_>>().join(", ");
    match members.get("$object") {
        None => match targets.as_slice() {
            [only] => Ok(only),
            _ => {
                let message = format!("this may refer to several objects: {}", names());
                Err(Fault::new(Code::Required, message).at("$object").hint("say which in `$object`"))
            }
        },
        Some(Json::String(name)) => {
            let object = find_object(name, catalog).map_err(|fault| fault.at("$object"))?;
            if to.contains(&object.number) {
                return Ok(object);
            }
            let message = format!("this refers to {}, not to `{}`", names(), object.name);
            let fault = Fault::new(Code::InvalidType, message).at("$object");
            Err(fault.did_you_mean(name, targets.iter().map(|object| object.name.as_str())))
        }
        Some(_) => Err(Fault::new(Code::InvalidType, "`$object` is the name of an object").at("$object")),
    }
}
