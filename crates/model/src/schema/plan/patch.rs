//! From a definition as it is to one as it is wanted: the members that differ.

use serde_json::{Map, Value as Json, json};

use super::Mode;
use super::compact;
use crate::schema::members::label_of;

/// Members that belong to fields of any type.
const COMMON: &[&str] =
    &["label", "description", "classification", "required", "default", "computed", "stored"];

/// Lists to which a template adds, and from which it takes nothing.
const LISTS: &[&str] = &["options", "to", "currencies"];

/// The patch of a field; empty when it is as wanted.
pub(super) fn of_field(
    mode: Mode,
    present: &Map<String, Json>,
    wanted: &Map<String, Json>,
) -> Map<String, Json> {
    let (is, shall) = (compact::field(present), compact::field(wanted));
    let mut patch = between(mode, (present, &is), (wanted, &shall));
    let has_other_type = wanted.get("type").is_some_and(|kind| present.get("type") != Some(kind));
    if has_other_type {
        // What belonged to the type goes with it.
        patch.retain(|member, value| !value.is_null() || COMMON.contains(&member.as_str()));
    }
    patch
}

/// The patch of an object without its parts.
pub(super) fn of_object(
    mode: Mode,
    present: &Map<String, Json>,
    wanted: &Map<String, Json>,
) -> Map<String, Json> {
    let (is, shall) = (compact::heading(present), compact::heading(wanted));
    let mut patch = between(mode, (present, &is), (wanted, &shall));
    // Unsaid, it is what it happens to be.
    if !wanted.contains_key("prefix") {
        patch.shift_remove("prefix");
    }
    for list in ["fields", "keys", "rules", "matching", "actions"] {
        patch.shift_remove(list);
    }
    patch
}

/// The patch of a rule, a matching rule or an action.
pub(super) fn of_part(
    mode: Mode,
    present: &Map<String, Json>,
    wanted: &Map<String, Json>,
) -> Map<String, Json> {
    let (is, shall) = (compact::part(present), compact::part(wanted));
    between(mode, (present, &is), (wanted, &shall))
}

/// Each side whole and compact.
type Side<'a> = (&'a Map<String, Json>, &'a Map<String, Json>);

fn between(mode: Mode, (present, is): Side<'_>, (wanted, shall): Side<'_>) -> Map<String, Json> {
    let mut patch = Map::new();
    if mode == Mode::Whole && is == shall && !wanted.contains_key("aliases") {
        return patch;
    }
    let names = is.keys().chain(shall.keys().filter(|member| !is.contains_key(*member)));
    for member in names.filter(|member| *member != "name" && is.get(*member) != shall.get(*member)) {
        let given = wanted.get(member);
        // Names that still work are dropped only where that is said.
        let is_left = given.is_none() && (mode == Mode::Template || member == "aliases");
        if is_left {
            continue;
        }
        let given = given.cloned().unwrap_or(Json::Null);
        let given = if mode == Mode::Template && LISTS.contains(&member.as_str()) {
            joined(present.get(member), given)
        } else {
            given
        };
        if present.get(member).unwrap_or(&Json::Null) != &given {
            patch.insert(member.clone(), given);
        }
    }
    patch
}

/// What there is, followed by what is not among it.
fn joined(present: Option<&Json>, wanted: Json) -> Json {
    let (Some(Json::Array(present)), Json::Array(wanted)) = (present, &wanted) else { return wanted };
    let value = |item: &Json| item.get("value").unwrap_or(item).clone();
    let is_new = |item: &&Json| present.iter().all(|other| value(other) != value(item));
    present.iter().chain(wanted.iter().filter(is_new)).cloned().collect()
}

/// The patch that gives another name; a label that came with the old name goes with it.
pub(super) fn rename(name: &str, wanted: Option<&Json>, label: &str, known: &str) -> Map<String, Json> {
    let mut patch = Map::new();
    patch.insert("name".to_owned(), json!(name));
    if wanted.is_none() && label == label_of(known) {
        patch.insert("label".to_owned(), Json::Null);
    }
    patch
}

/// A definition of something new: it never had another name.
pub(super) fn without_aliases(members: &Map<String, Json>) -> Map<String, Json> {
    let members =
        members.iter().filter(|(member, _)| !matches!(member.as_str(), "aliases" | "state" | "task"));
    members.map(|(member, value)| (member.clone(), value.clone())).collect()
}
