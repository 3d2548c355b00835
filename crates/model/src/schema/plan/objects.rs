//! Objects: those that are met again under the same or another name, those that are
//! brought back, and those that are new.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json, json};

use super::draft::Draft;
use super::fields::Pending;
use super::patch;
use super::wanted::{Noun, Wanted, WantedObject};
use super::{Mode, compact};
use crate::catalog::{FieldKind, Object};
use crate::fault::Faults;
use crate::id::ObjectNo;
use crate::schema::SchemaChange;
use crate::schema::document::document;

/// Renames and restores the objects that there are, and gives their headings; answers
/// what of their parts is to be looked at.
pub(super) fn meet(draft: &mut Draft, wanted: &Wanted<'_>) -> Vec<Pending> {
    for object in &wanted.objects {
        if let Some(known) = known_as(draft, wanted, object).filter(|known| known != object.name) {
            let patch =
                patch::rename(object.name, object.heading.get("label"), label_of(draft, &known), &known);
            let change = SchemaChange::UpdateObject { object: known, patch };
            draft.take(change).unwrap_or_else(|faults| draft.refuse(&object.pointer, faults));
        }
    }
    if draft.mode == Mode::Whole {
        restore(draft, wanted);
    }
    let mut pending = Vec::new();
    for object in &wanted.objects {
        let Some(known) = draft.shown(object.name) else { continue };
        let Json::Object(heading) = document(known.definition(), &draft.catalog) else { continue };
        // Most objects of a large schema are as they were; to see that at once is cheap.
        if draft.mode == Mode::Whole && compact::compact(&heading) == compact::compact(object.whole) {
            continue;
        }
        let patch = patch::of_object(draft.mode, &heading, &object.heading);
        if !patch.is_empty() {
            let change = SchemaChange::UpdateObject { object: object.name.to_owned(), patch };
            draft.take(change).unwrap_or_else(|faults| draft.refuse(&object.pointer, faults));
        }
        pending.extend(Pending::of(object, |_| true));
    }
    pending
}

fn label_of<'a>(draft: &'a Draft, object: &str) -> &'a str {
    draft.catalog.object_named(object).map_or("", |object| object.label.as_str())
}

/// The present name of the object that is meant.
fn known_as(draft: &Draft, wanted: &Wanted<'_>, object: &WantedObject<'_>) -> Option<String> {
    if draft.shown(object.name).is_some() {
        return Some(object.name.to_owned());
    }
    let is_wanted = |name: &str| wanted.objects.iter().any(|other| other.name == name);
    // An earlier name that still works means the same object, unless that is wanted too.
    let names = [object.was, Some(object.name)];
    let mut found = names.into_iter().flatten().filter_map(|name| draft.catalog.object_named(name));
    found.find(|known| !is_wanted(&known.name)).map(|known| known.name.clone())
}

/// Brings back the hidden objects of the names that are wanted. One that cannot come back
/// is made anew.
fn restore(draft: &mut Draft, wanted: &Wanted<'_>) {
    let lacking = |draft: &Draft| -> Vec<ObjectNo> {
        let names = wanted.objects.iter().map(|object| object.name);
        let lacking = names.filter(|name| draft.shown(name).is_none());
        lacking.filter_map(|name| draft.hidden(name).map(|hidden| hidden.number)).collect()
    };
    let all = lacking(draft);
    restore_in_rounds(draft, &all);
    for number in lacking(draft) {
        // It needs others that nobody wants: they come with it, and go again.
        let mark = draft.mark();
        let needed = needed(draft, number);
        restore_in_rounds(draft, &needed);
        if draft.catalog.object(number).is_some_and(|object| object.removed.is_some()) {
            draft.back_to(mark);
        }
    }
}

fn restore_in_rounds(draft: &mut Draft, numbers: &[ObjectNo]) {
    let mut did_any = true;
    while did_any {
        did_any = false;
        for number in numbers {
            let Some(hidden) = draft.catalog.object(*number).filter(|object| object.removed.is_some()) else {
                continue;
            };
            let (object, number) = (hidden.name.clone(), Some(*number));
            did_any |= draft.take(SchemaChange::RestoreObject { object, number, patch: Map::new() }).is_ok();
        }
    }
}

/// A hidden object with the hidden ones that its fields lead to.
fn needed(draft: &Draft, number: ObjectNo) -> Vec<ObjectNo> {
    let mut needed = vec![number];
    let mut next = 0;
    while let Some(object) = needed.get(next).and_then(|number| draft.catalog.object(*number)) {
        next += 1;
        let kinds = object.visible().map(|(_, field)| &field.kind);
        let others = kinds.flat_map(|kind| match kind {
            FieldKind::Reference { to, .. } => to.clone(),
            FieldKind::Rollup { from, .. } => vec![*from],
            _ => Vec::new(),
        });
        for other in others {
            let is_hidden = draft.catalog.object(other).is_some_and(|object| object.removed.is_some());
            if is_hidden && !needed.contains(&other) {
                needed.push(other);
            }
        }
    }
    needed
}

/// Makes the objects that there are not, each after those it refers to; answers the parts
/// that must wait until there is more.
pub(super) fn create(draft: &mut Draft, wanted: &Wanted<'_>) -> Vec<Pending> {
    let mut pending = Vec::new();
    for object in in_order(wanted) {
        if draft.shown(object.name).is_some() {
            continue;
        }
        if draft.mode == Mode::Template && draft.hidden(object.name).is_some() {
            draft.skipped.push(format!("`{}` was removed, and stays removed", object.name));
            continue;
        }
        match create_one(draft, object) {
            Ok(rest) => pending.extend(rest),
            Err(faults) => draft.refuse(&object.pointer, faults),
        }
    }
    pending
}

/// Makes an object with as many of its fields and keys as can be there already.
fn create_one(draft: &mut Draft, object: &WantedObject<'_>) -> Result<Vec<Pending>, Faults> {
    let mut left_out: HashSet<String> = HashSet::new();
    loop {
        let (input, places) = input(object, &left_out);
        let Err(faults) = draft.take(SchemaChange::CreateObject(input)) else {
            let is_made = |pending: &Pending| {
                let is_part_of_it = matches!(pending.noun, None | Some(Noun::Key));
                is_part_of_it && !left_out.contains(&pending.key())
            };
            return Ok(Pending::of(object, |pending| !is_made(pending)));
        };
        let before = left_out.len();
        let mut own = Faults::new();
        for fault in faults {
            let mut segments = fault.pointer.split('/').skip(1);
            let place = segments.next().zip(segments.next().and_then(|index| index.parse::<usize>().ok()));
            match place.and_then(|(list, index)| places.get(list).and_then(|keys| keys.get(index))) {
                Some(key) => drop(left_out.insert(key.clone())),
                None => own.push(fault),
            }
        }
        if !own.is_empty() || left_out.len() == before {
            return Err(own);
        }
    }
}

/// The definition of a new object less some parts, and which part stands where in it.
fn input(
    object: &WantedObject<'_>,
    left_out: &HashSet<String>,
) -> (Map<String, Json>, HashMap<&'static str, Vec<String>>) {
    let mut input = object.heading.clone();
    // Names that it never had.
    input.shift_remove("aliases");
    let mut places: HashMap<&'static str, Vec<String>> = HashMap::new();
    let mut lists: HashMap<&'static str, Vec<Json>> = HashMap::new();
    for pending in Pending::of(object, |pending| !left_out.contains(&pending.key())) {
        let list = match pending.noun {
            None => "fields",
            Some(Noun::Key) => "keys",
            Some(Noun::Rule | Noun::Matching | Noun::Action) => continue,
        };
        places.entry(list).or_default().push(pending.key());
        lists.entry(list).or_default().push(Json::Object(patch::without_aliases(&pending.item.members)));
    }
    for list in ["fields", "keys"] {
        input.insert(list.to_owned(), json!(lists.remove(list).unwrap_or_default()));
    }
    (input, places)
}

/// The objects, each after those that its references point at, as far as that goes.
fn in_order<'w, 'a>(wanted: &'w Wanted<'a>) -> Vec<&'w WantedObject<'a>> {
    let by_name: HashMap<&str, &WantedObject<'a>> =
        wanted.objects.iter().map(|object| (object.name, object)).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut order = Vec::with_capacity(wanted.objects.len());
    for object in &wanted.objects {
        // A stack of our own: chains of references may be long.
        let mut stack = vec![(object, false)];
        while let Some((object, is_done)) = stack.pop() {
            if is_done {
                order.push(object);
            } else if seen.insert(object.name) {
                stack.push((object, true));
                let next = targets(object).filter_map(|name| by_name.get(name).copied());
                stack.extend(next.filter(|next| !seen.contains(next.name)).map(|next| (next, false)));
            }
        }
    }
    order
}

fn targets<'w>(object: &'w WantedObject<'_>) -> impl Iterator<Item = &'w str> {
    let lists = object.fields.iter().filter_map(|item| item.members.get("to").and_then(Json::as_array));
    lists.flatten().filter_map(Json::as_str)
}

/// The objects that the wire shows and that are not wanted.
pub(super) fn unwanted(draft: &Draft, wanted: &Wanted<'_>) -> Vec<String> {
    let is_wanted =
        |object: &&std::sync::Arc<Object>| wanted.objects.iter().any(|other| other.name == object.name);
    draft.catalog.visible().filter(|object| !is_wanted(object)).map(|object| object.name.clone()).collect()
}
