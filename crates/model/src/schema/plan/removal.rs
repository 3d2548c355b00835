//! What is not wanted any more is hidden, after everything that uses it.

use super::draft::Draft;
use super::objects::unwanted;
use super::wanted::Wanted;
use crate::catalog::FieldKind;
use crate::fault::Faults;
use crate::schema::SchemaChange;

/// Something to hide.
struct Removal {
    pointer: String,
    change: SchemaChange,
}

/// Hides the fields and objects that are not wanted, in rounds.
pub(super) fn remove_unwanted(draft: &mut Draft, wanted: &Wanted<'_>, pointer: &str) {
    let objects = unwanted(draft, wanted);
    let mut removals = fields(draft, wanted);
    removals.extend(objects.iter().map(|name| Removal {
        pointer: format!("{pointer}/objects"),
        change: SchemaChange::RemoveObject { object: name.clone() },
    }));
    let left = rounds(draft, removals);
    if left.is_empty() {
        return;
    }
    // Objects that refer to each other: their references go first.
    let links = links(draft, &objects, pointer);
    let mut removals: Vec<Removal> = left.into_iter().map(|(removal, _)| removal).collect();
    let left = rounds(draft, links);
    removals.splice(0..0, left.into_iter().map(|(removal, _)| removal));
    let left = rounds(draft, removals);
    for (removal, faults) in left {
        draft.refuse(&removal.pointer, faults);
    }
}

/// Tries each until a round brings nothing; answers those that were refused, and why.
fn rounds(draft: &mut Draft, mut removals: Vec<Removal>) -> Vec<(Removal, Faults)> {
    loop {
        let before = removals.len();
        let mut refused = Vec::new();
        for removal in removals {
            if let Err(faults) = draft.take(removal.change.clone()) {
                refused.push((removal, faults));
            }
        }
        if refused.is_empty() || refused.len() == before {
            return refused;
        }
        removals = refused.into_iter().map(|(removal, _)| removal).collect();
    }
}

/// The fields that objects have and that are not wanted.
fn fields(draft: &Draft, wanted: &Wanted<'_>) -> Vec<Removal> {
    let mut removals = Vec::new();
    for object in &wanted.objects {
        let Some(known) = draft.shown(object.name) else { continue };
        let gone = known.visible().map(|(_, field)| &field.name);
        let gone = gone.filter(|name| object.fields.iter().all(|item| item.name != **name));
        removals.extend(gone.map(|field| Removal {
            pointer: object.pointer.clone(),
            change: SchemaChange::RemoveField { object: object.name.to_owned(), field: field.clone() },
        }));
    }
    removals
}

/// The references and roll-ups of objects that are to go themselves.
fn links(draft: &Draft, objects: &[String], pointer: &str) -> Vec<Removal> {
    let mut removals = Vec::new();
    for name in objects {
        let Some(known) = draft.shown(name) else { continue };
        let is_link =
            |kind: &FieldKind| matches!(kind, FieldKind::Reference { .. } | FieldKind::Rollup { .. });
        let fields = known.visible().filter(|(_, field)| is_link(&field.kind) || field.is_derived());
        removals.extend(fields.map(|(_, field)| Removal {
            pointer: format!("{pointer}/objects"),
            change: SchemaChange::RemoveField { object: name.clone(), field: field.name.clone() },
        }));
    }
    removals
}
