//! Fields, and in the same round the other parts of objects: what is refused because
//! something is missing is tried again once there is more.

use serde_json::{Map, Value as Json};

use super::draft::Draft;
use super::wanted::{Item, Noun, Wanted, WantedObject};
use super::{Mode, parts, patch};
use crate::catalog::{Field, Object};
use crate::fault::{Faults, near_miss};
use crate::schema::SchemaChange;
use crate::schema::document::field_document;
use crate::schema::widen::wider_types;

/// A part of an object that is to become as wanted.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) object: String,
    /// A field, when it is no other part.
    pub(super) noun: Option<Noun>,
    pub(super) item: Item,
}

impl Pending {
    /// The fields and parts of an object, or some of them.
    pub(super) fn of(object: &WantedObject<'_>, is_asked: impl Fn(&Self) -> bool) -> Vec<Self> {
        let fields = object.fields.iter().map(|item| (None, item));
        let parts = object.parts.iter().map(|(noun, item)| (Some(*noun), item));
        let all = fields.chain(parts).map(|(noun, item)| Self {
            object: object.name.to_owned(),
            noun,
            item: item.clone(),
        });
        all.filter(is_asked).collect()
    }

    /// What tells it from the others of its object.
    pub(super) fn key(&self) -> String {
        format!("{:?} {}", self.noun, self.item.name)
    }
}

/// Gives fields their other names, before anything is compared by name.
pub(super) fn rename(draft: &mut Draft, wanted: &Wanted<'_>) {
    for object in &wanted.objects {
        for item in &object.fields {
            let Some(known) = draft.shown(object.name) else { break };
            if is_there(draft, known, &item.name) {
                continue;
            }
            let is_wanted = |field: &&Field| object.fields.iter().any(|other| other.name == field.name);
            let names = [item.was.as_deref(), Some(item.name.as_str())];
            let mut found = names.into_iter().flatten().filter_map(|name| known.field_named(name));
            let Some(field) = found.find(|field| !is_wanted(field)) else { continue };
            let patch = patch::rename(&item.name, item.members.get("label"), &field.label, &field.name);
            let change = SchemaChange::UpdateField {
                object: object.name.to_owned(),
                field: field.name.clone(),
                patch,
            };
            draft.take(change).unwrap_or_else(|faults| draft.refuse(&item.pointer, faults));
        }
    }
}

/// Whether an object shows a field of a name. A template takes an earlier name for it.
fn is_there(draft: &Draft, object: &Object, name: &str) -> bool {
    let field = object.field_named(name);
    field.is_some_and(|field| field.name == name || draft.mode == Mode::Template)
}

/// Makes everything as wanted, in rounds: whatever is refused waits for the next one,
/// until a round brings nothing.
pub(super) fn settle(draft: &mut Draft, mut pending: Vec<Pending>) {
    loop {
        let mut waiting = Vec::new();
        let before = pending.len();
        for each in pending {
            if let Err(faults) = settle_one(draft, &each) {
                waiting.push((each, faults));
            }
        }
        if waiting.is_empty() {
            return;
        }
        if waiting.len() == before {
            for (each, faults) in waiting {
                give_up(draft, &each, faults);
            }
            return;
        }
        pending = waiting.into_iter().map(|(each, _)| each).collect();
    }
}

/// A template leaves out what needs something that was removed on purpose.
fn give_up(draft: &mut Draft, pending: &Pending, faults: Faults) {
    if draft.mode == Mode::Template && !draft.skipped.is_empty() {
        let reason = faults.first().map_or("", |fault| fault.message.as_str());
        draft.skipped.push(format!("`{}.{}` was left out: {reason}", pending.object, pending.item.name));
        return;
    }
    draft.refuse(&pending.item.pointer, faults);
}

fn settle_one(draft: &mut Draft, pending: &Pending) -> Result<(), Faults> {
    let (object, item) = (pending.object.as_str(), &pending.item);
    match pending.noun {
        Some(noun) => parts::settle(draft, object, noun, item),
        None => settle_field(draft, object, item),
    }
}

fn settle_field(draft: &mut Draft, object: &str, item: &Item) -> Result<(), Faults> {
    let Some(known) = draft.shown(object) else { return Ok(()) };
    if is_there(draft, known, &item.name) {
        return update(draft, object, item);
    }
    let was_removed = known.fields().iter().filter(|field| !field.is_visible()).map(|field| &field.name);
    let was_dropped = known.dropped_fields.iter().map(|field| &field.name);
    if draft.mode == Mode::Template && was_removed.chain(was_dropped).any(|name| *name == item.name) {
        draft.skipped.push(format!("`{object}.{}` was removed, and stays removed", item.name));
        return Ok(());
    }
    let kind = item.members.get("type").and_then(Json::as_str).unwrap_or_default();
    let is_it = |field: &&Field| !field.is_visible() && field.name == item.name && field.kind.name() == kind;
    let hidden = known.fields().iter().filter(is_it).max_by_key(|field| field.removed.map(|r| r.version));
    if let Some(number) = hidden.map(|field| field.number) {
        let mark = draft.mark();
        let restore = SchemaChange::RestoreField {
            object: object.to_owned(),
            field: item.name.clone(),
            number: Some(number),
            patch: Map::new(),
        };
        if draft.take(restore).and_then(|()| update(draft, object, item)).is_ok() {
            return Ok(());
        }
        draft.back_to(mark);
    }
    create(draft, object, item)
}

fn create(draft: &mut Draft, object: &str, item: &Item) -> Result<(), Faults> {
    let field = patch::without_aliases(&item.members);
    draft.take(SchemaChange::CreateField { object: object.to_owned(), field })
}

fn update(draft: &mut Draft, object: &str, item: &Item) -> Result<(), Faults> {
    let Some(known) = draft.shown(object) else { return Ok(()) };
    let Some(field) = known.field_named(&item.name) else { return Ok(()) };
    // One that is on its way to another type counts as if it had arrived.
    let widened = field.widened();
    let field = widened.as_ref().unwrap_or(field);
    let present = field_document(known.definition(), field, &draft.catalog);
    let present = present.as_object().cloned().unwrap_or_default();
    let patch = patch::of_field(draft.mode, &present, &item.members);
    if patch.is_empty() {
        return Ok(());
    }
    let is_derived = field.is_derived();
    let (object, field) = (object.to_owned(), item.name.clone());
    let change = SchemaChange::UpdateField { object: object.clone(), field: field.clone(), patch };
    let Err(faults) = draft.take(change) else { return Ok(()) };
    if is_derived && draft.mode == Mode::Whole {
        // It holds nothing of its own: another one can stand in its place.
        let mark = draft.mark();
        let remove = SchemaChange::RemoveField { object: object.clone(), field };
        if draft.take(remove).and_then(|()| create(draft, &object, item)).is_ok() {
            return Ok(());
        }
        draft.back_to(mark);
    }
    Err(remedied(faults, &present, &item.members))
}

/// Says which types there are to change to, and what else can be done.
fn remedied(mut faults: Faults, present: &Map<String, Json>, wanted: &Map<String, Json>) -> Faults {
    let text = |members: &Map<String, Json>| {
        members.get("type").and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    let (before, after) = (text(present), text(wanted));
    if before == after {
        return faults;
    }
    let name = present.get("name").and_then(Json::as_str).unwrap_or_default();
    let types = wider_types(&before);
    let ways = match near_miss(&after, types.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if types.is_empty() => format!("a field of type `{before}` keeps its type"),
        None => {
            let list: Vec<String> = types.iter().map(|name| format!("`{name}`")).collect();
            format!("`{before}` can become {}", list.join(" or "))
        }
    };
    for fault in faults.iter_mut().filter(|fault| fault.pointer.starts_with("/type")) {
        fault.hint = Some(format!(
            "{ways}; otherwise add a field of another name, copy the values, and remove `{name}`"
        ));
    }
    faults
}
