//! Keys, rules, matching rules and actions: parts of an object that have a name and hold
//! no data.

use serde_json::{Map, Value as Json, json};

use super::draft::Draft;
use super::wanted::{Item, Noun, PARTS, Wanted, WantedObject};
use super::{Mode, compact, patch};
use crate::fault::Faults;
use crate::schema::SchemaChange;
use crate::schema::document::document;

/// What a change does to a part.
enum Verb {
    Create(Map<String, Json>),
    Update(Map<String, Json>),
    Drop,
}

/// Drops what is not wanted any more, before what it uses may go; a key that only goes by
/// another name is given that.
pub(super) fn drop_unwanted(draft: &mut Draft, wanted: &Wanted<'_>) {
    for object in &wanted.objects {
        for (list, noun) in PARTS {
            for (name, members) in present(draft, object.name, list) {
                if object.parts.iter().any(|(other, item)| *other == noun && item.name == name) {
                    continue;
                }
                let verb = match renamed(draft, object, noun, &members) {
                    Some(item) => Verb::Update([("name".to_owned(), json!(item))].into_iter().collect()),
                    None => Verb::Drop,
                };
                let taken = draft.take(change(object.name, noun, &name, verb));
                taken.unwrap_or_else(|faults| draft.refuse(&object.pointer, faults));
            }
        }
    }
}

/// The name under which a key is wanted that there is under another.
fn renamed(
    draft: &Draft,
    object: &WantedObject<'_>,
    noun: Noun,
    members: &Map<String, Json>,
) -> Option<String> {
    if noun != Noun::Key {
        return None;
    }
    let present = present(draft, object.name, "keys");
    let nameless = |members: &Map<String, Json>| {
        let mut members = compact::part(members);
        members.shift_remove("name");
        members
    };
    let wanted = object
        .parts
        .iter()
        .filter(|(other, item)| *other == noun && present.iter().all(|(name, _)| *name != item.name));
    let mut same = wanted.filter(|(_, item)| nameless(&item.members) == nameless(members));
    same.next().map(|(_, item)| item.name.clone())
}

/// Makes a part as wanted.
pub(super) fn settle(draft: &mut Draft, object: &str, noun: Noun, item: &Item) -> Result<(), Faults> {
    if draft.shown(object).is_none() {
        return Ok(());
    }
    let list = PARTS.iter().find(|(_, other)| *other == noun).map_or("", |(list, _)| list);
    let known = present(draft, object, list).into_iter().find(|(name, _)| *name == item.name);
    let Some((name, members)) = known else {
        return draft.take(change(object, noun, &item.name, Verb::Create(item.members.clone())));
    };
    let mut wanted = item.members.clone();
    wanted.entry("name").or_insert_with(|| json!(name));
    let patch = patch::of_part(draft.mode, &members, &wanted);
    if patch.is_empty() {
        return Ok(());
    }
    if matches!(noun, Noun::Action | Noun::Rule) {
        return draft.take(change(object, noun, &name, Verb::Update(patch)));
    }
    // Another key is made beside nothing: the old one goes first, as it has the name.
    if draft.mode == Mode::Template {
        return Ok(());
    }
    let mark = draft.mark();
    let anew = draft
        .take(change(object, noun, &name, Verb::Drop))
        .and_then(|()| draft.take(change(object, noun, &name, Verb::Create(wanted))));
    if anew.is_err() {
        draft.back_to(mark);
    }
    anew
}

/// The parts of an object in one of its lists, by name.
fn present(draft: &Draft, object: &str, list: &str) -> Vec<(String, Map<String, Json>)> {
    let Some(known) = draft.shown(object) else { return Vec::new() };
    let definition = known.definition();
    let is_empty = match list {
        "keys" => definition.keys.is_empty(),
        "rules" => definition.rules.is_empty(),
        "matching" => definition.matching.is_empty(),
        _ => definition.actions.is_empty(),
    };
    if is_empty {
        return Vec::new();
    }
    let mut document = document(definition, &draft.catalog);
    let Some(Json::Array(items)) = document.get_mut(list).map(Json::take) else { return Vec::new() };
    let named = items.into_iter().filter_map(|item| match item {
        Json::Object(members) => Some((members.get("name")?.as_str()?.to_owned(), members)),
        _ => None,
    });
    named.collect()
}

/// A matching rule has no update: another one takes its place.
fn change(object: &str, noun: Noun, name: &str, verb: Verb) -> SchemaChange {
    let (object, name) = (object.to_owned(), name.to_owned());
    match (noun, verb) {
        (Noun::Key, Verb::Create(key)) => SchemaChange::CreateKey { object, key },
        (Noun::Key, Verb::Update(patch)) => SchemaChange::UpdateKey { object, key: name, patch },
        (Noun::Key, Verb::Drop) => SchemaChange::DropKey { object, key: name },
        (Noun::Rule, Verb::Create(rule)) => SchemaChange::CreateRule { object, rule },
        (Noun::Rule, Verb::Update(patch)) => SchemaChange::UpdateRule { object, rule: name, patch },
        (Noun::Rule, Verb::Drop) => SchemaChange::DropRule { object, rule: name },
        (Noun::Matching, Verb::Create(matching)) => SchemaChange::CreateMatching { object, matching },
        (Noun::Matching, Verb::Drop | Verb::Update(_)) => {
            SchemaChange::DropMatching { object, matching: name }
        }
        (Noun::Action, Verb::Create(action)) => SchemaChange::CreateAction { object, action },
        (Noun::Action, Verb::Update(patch)) => SchemaChange::UpdateAction { object, action: name, patch },
        (Noun::Action, Verb::Drop) => SchemaChange::DropAction { object, action: name },
    }
}
