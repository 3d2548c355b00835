//! A description of a schema, taken apart. Only its shape is looked at here: what a
//! definition may say is decided when it is tried.

use serde_json::{Map, Value as Json, json};

use crate::fault::{Code, Fault, Faults};
use crate::limits::OBJECTS_MAX;

/// The lists of named parts that an object has beside its fields, with the noun of one.
pub(super) const PARTS: [(&str, Noun); 4] =
    [("keys", Noun::Key), ("rules", Noun::Rule), ("matching", Noun::Matching), ("actions", Noun::Action)];

/// What a part is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Noun {
    /// A unique key or an index.
    Key,
    /// A rule that records must keep.
    Rule,
    /// A matching rule.
    Matching,
    /// An operation of the object's own.
    Action,
}

/// All objects that are wanted.
pub(super) struct Wanted<'a> {
    pub(super) objects: Vec<WantedObject<'a>>,
}

/// An object that is wanted.
pub(super) struct WantedObject<'a> {
    pub(super) pointer: String,
    pub(super) name: &'a str,
    pub(super) was: Option<&'a str>,
    /// As it stands there.
    pub(super) whole: &'a Map<String, Json>,
    /// Its members other than the lists of its parts.
    pub(super) heading: Map<String, Json>,
    pub(super) fields: Vec<Item>,
    pub(super) parts: Vec<(Noun, Item)>,
}

/// A field or another part of an object that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) pointer: String,
    pub(super) name: String,
    pub(super) was: Option<String>,
    pub(super) members: Map<String, Json>,
}

impl<'a> Wanted<'a> {
    /// Takes a document apart.
    pub(super) fn read(document: &'a Map<String, Json>, pointer: &str) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        // `version` is what `GET /v1/schema` says beside the objects; a file outlives it.
        for member in document.keys().filter(|member| !matches!(member.as_str(), "objects" | "version")) {
            let shown: String = member.chars().take(60).collect();
            let fault = Fault::new(Code::UnknownMember, format!("a schema has no member `{shown}`"));
            let fault = fault.at(member).under(pointer);
            faults.push(fault.did_you_mean(member, ["objects"]));
        }
        let at = format!("{pointer}/objects");
        let items = match document.get("objects") {
            Some(Json::Array(items)) if items.len() <= OBJECTS_MAX => items.as_slice(),
            Some(Json::Array(_)) => {
                let message = format!("a tenant has at most {OBJECTS_MAX} objects");
                faults.push(Fault::new(Code::LimitReached, message).under(&at));
                &[]
            }
            Some(_) => {
                faults.push(Fault::new(Code::InvalidType, "`objects` must be an array").under(&at));
                &[]
            }
            None => {
                let fault = Fault::new(Code::Required, "`objects` is missing").under(&at);
                faults.push(fault.hint("`[]` is a schema without objects"));
                &[]
            }
        };
        let mut objects: Vec<WantedObject<'a>> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if let Some(object) = read_object(item, format!("{at}/{index}"), &mut faults) {
                objects.push(object);
            }
        }
        refuse_twice(objects.iter().map(|object| (object.name, object.pointer.as_str())), &mut faults);
        if faults.is_empty() { Ok(Self { objects }) } else { Err(faults) }
    }
}

fn read_object<'a>(item: &'a Json, pointer: String, faults: &mut Faults) -> Option<WantedObject<'a>> {
    let Json::Object(members) = item else {
        faults.push(Fault::new(Code::InvalidType, "an object is a JSON object").under(&pointer));
        return None;
    };
    let name = name_of(members, &pointer, faults)?;
    let mut heading = members.clone();
    heading.shift_remove("was");
    let mut fields = Vec::new();
    let mut parts = Vec::new();
    for mut item in items(&mut heading, "fields", &pointer, faults) {
        parts.extend(shorthand(&mut item).map(|key| (Noun::Key, key)));
        fields.push(item);
    }
    for (member, noun) in PARTS {
        parts.extend(items(&mut heading, member, &pointer, faults).into_iter().map(|item| (noun, item)));
    }
    refuse_twice(fields.iter().map(|item| (item.name.as_str(), item.pointer.as_str())), faults);
    for (_, noun) in PARTS {
        let same = parts.iter().filter(|(other, _)| *other == noun);
        refuse_twice(same.map(|(_, item)| (item.name.as_str(), item.pointer.as_str())), faults);
    }
    let was = members.get("was").and_then(Json::as_str);
    Some(WantedObject { was, whole: members, name, pointer, heading, fields, parts })
}

/// Takes a list of parts out of an object's members.
fn items(heading: &mut Map<String, Json>, member: &str, pointer: &str, faults: &mut Faults) -> Vec<Item> {
    let at = format!("{pointer}/{member}");
    let list = match heading.shift_remove(member) {
        None | Some(Json::Null) => return Vec::new(),
        Some(Json::Array(list)) => list,
        Some(_) => {
            faults.push(Fault::new(Code::InvalidType, format!("`{member}` must be an array")).under(&at));
            return Vec::new();
        }
    };
    let mut items = Vec::with_capacity(list.len());
    for (index, item) in list.into_iter().enumerate() {
        let pointer = format!("{at}/{index}");
        let Json::Object(mut members) = item else {
            faults.push(Fault::new(Code::InvalidType, "this must be a JSON object").under(&pointer));
            continue;
        };
        let name = match member {
            // A key is named after its fields unless it says otherwise.
            "keys" if !members.contains_key("name") => members.get("fields").and_then(joined),
            _ => None,
        };
        let name = name.or_else(|| name_of(&members, &pointer, faults).map(str::to_owned));
        let was = members.shift_remove("was").and_then(|was| was.as_str().map(str::to_owned));
        if let Some(name) = name {
            items.push(Item { pointer, name, was, members });
        }
    }
    items
}

fn joined(fields: &Json) -> Option<String> {
    let names: Option<Vec<&str>> = fields.as_array()?.iter().map(Json::as_str).collect();
    names.map(|names| names.join("_"))
}

fn name_of<'a>(members: &'a Map<String, Json>, pointer: &str, faults: &mut Faults) -> Option<&'a str> {
    match members.get("name") {
        Some(Json::String(name)) => return Some(name),
        Some(_) => {
            faults.push(Fault::new(Code::InvalidType, "`name` must be a string").at("name").under(pointer));
        }
        None => faults.push(Fault::new(Code::Required, "`name` is missing").at("name").under(pointer)),
    }
    None
}

/// The key that a field's `unique` or `indexed` asks for, as a key of its own.
fn shorthand(field: &mut Item) -> Option<Item> {
    let mut flag = |member: &str| match field.members.get(member) {
        Some(Json::Bool(truth)) => {
            let truth = *truth;
            field.members.shift_remove(member);
            truth
        }
        // What is not true or false is refused where the field is tried.
        _ => false,
    };
    let (unique, indexed, folded) = (flag("unique"), flag("indexed"), flag("case_insensitive"));
    // Every reference has an index, so that is no wish for another.
    let is_indexed = field.members.get("type").is_some_and(|kind| kind == "reference");
    if !unique && (!indexed || is_indexed) {
        return None;
    }
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(field.name));
    members.insert("fields".to_owned(), json!([field.name]));
    members.insert("unique".to_owned(), json!(unique));
    members.insert("case_insensitive".to_owned(), json!(folded));
    Some(Item { pointer: field.pointer.clone(), name: field.name.clone(), was: None, members })
}

fn refuse_twice<'a>(items: impl Iterator<Item = (&'a str, &'a str)>, faults: &mut Faults) {
    let mut seen = std::collections::HashSet::new();
    for (name, pointer) in items {
        if !seen.insert(name) {
            let fault = Fault::new(Code::AlreadyExists, format!("`{name}` stands there twice"));
            faults.push(fault.at("name").under(pointer));
        }
    }
}
