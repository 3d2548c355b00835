//! Deleting a record, with what its references say about those that refer to it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::catalog::{Field, FieldKind, Incoming, Object, OnDelete};
use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::diff;
use crate::decide::records::{Doing, expect_version};
use crate::fault::{Code, Fault};
use crate::id::{ObjectNo, RecordId, format_typeid};
use crate::journal::{Actor, ChangeKind};
use crate::limits;
use crate::operation::Disposition;
use crate::record::{Row, Trashed};
use crate::value::{Link, Value};

/// A record with its object.
pub(super) type Member = (Arc<Object>, Arc<Row>);

/// Everything a deletion comes to.
pub(super) struct Felling {
    /// The records to take out, the root first, each after the one it depends on.
    pub(super) rows: Vec<Member>,
    /// References to clear in records that stay.
    clears: Vec<(Incoming, RecordId)>,
}

impl Batch<'_> {
    pub(super) fn delete(&mut self, doing: &Doing<'_>, expect: Option<i64>) -> Result<RecordReply, Halt> {
        let id = self.meant(doing)?;
        let Some(root) = self.row(doing.object.number, id)? else {
            let is_in_trash = self.trashed(id)?.is_some();
            return Err(doing.not_found(id, is_in_trash));
        };
        expect_version(expect, &root)?;
        let felling = self.fell(&doing.object, &root)?;
        self.clear(&felling, doing.actor)?;
        let group = self.first_position_of_transaction();
        for (object, row) in felling.rows.iter().rev() {
            // The version counts the deletion, so that a restored record's ETag is new.
            let version = row.version + 1;
            let diff = diff::deleted(object, row, &self.catalog);
            let document = row.to_document(object, &self.catalog);
            let trashed = Trashed { object: object.number, id: row.id, group, root: id, document };
            self.put(object, Some(row), None);
            self.trash.set(row.id, Some(Arc::new(trashed)));
            self.record_change(ChangeKind::RecordDeleted, Some((object.number, Some(row.id))), version, diff);
        }
        Ok(doing.reply(Disposition::Deleted, id, root.version + 1, None))
    }

    /// Works out what the deletion of a record takes along, clears, or is refused by.
    pub(super) fn fell(&mut self, object: &Arc<Object>, root: &Arc<Row>) -> Result<Felling, Halt> {
        let mut felling = Felling { rows: Vec::new(), clears: Vec::new() };
        let mut held: Vec<(Incoming, RecordId)> = Vec::new();
        let mut seen: HashSet<(ObjectNo, RecordId)> = HashSet::from([(object.number, root.id)]);
        let mut queue = VecDeque::from([(object.clone(), root.clone(), 0)]);
        let mut missing = false;
        while let Some((object, row, depth)) = queue.pop_front() {
            for incoming in self.catalog.incoming(object.number).to_vec() {
                let Ok(children) = self.children(incoming, Link { object: object.number, id: row.id }) else {
                    missing = true;
                    continue;
                };
                let rule = self.rule(incoming);
                for child in children {
                    match rule {
                        OnDelete::Restrict => held.push((incoming, child)),
                        OnDelete::Clear => felling.clears.push((incoming, child)),
                        OnDelete::Cascade if !seen.insert((incoming.object, child)) => {}
                        OnDelete::Cascade => match self.child(incoming.object, child) {
                            Ok(Some((of, row))) => queue.push_back((of, row, depth + 1)),
                            Ok(None) => {}
                            Err(_) => missing = true,
                        },
                    }
                }
            }
            if depth > limits::CASCADE_DEPTH_MAX || seen.len() > limits::CASCADE_RECORDS_MAX {
                return Err(too_much().into());
            }
            felling.rows.push((object, row));
        }
        if missing {
            return Err(Halt::Missing);
        }
        felling.clears.retain(|(incoming, id)| !seen.contains(&(incoming.object, *id)));
        held.retain(|(incoming, id)| !seen.contains(&(incoming.object, *id)));
        if felling.clears.len() > limits::CASCADE_RECORDS_MAX {
            return Err(too_much().into());
        }
        if held.is_empty() { Ok(felling) } else { Err(self.held(&held)) }
    }

    fn child(&mut self, object: ObjectNo, id: RecordId) -> Result<Option<Member>, Halt> {
        let row = self.row(object, id)?;
        Ok(self.catalog.object(object).cloned().zip(row))
    }

    /// What the reference says; one that was removed stands in nobody's way.
    fn rule(&self, incoming: Incoming) -> OnDelete {
        let object = self.catalog.object(incoming.object);
        let slot = object.and_then(|object| object.slot(incoming.field));
        let Some((object, slot)) = object.zip(slot) else { return OnDelete::Restrict };
        let field = &object.fields()[slot];
        match field.kind {
            FieldKind::Reference { .. } if is_hidden(object, field) => OnDelete::Clear,
            FieldKind::Reference { on_delete, .. } => on_delete,
            _ => OnDelete::Restrict,
        }
    }

    /// The fault that says who refers to the record.
    fn held(&self, held: &[(Incoming, RecordId)]) -> Halt {
        let mut by_field: HashMap<Incoming, usize> = HashMap::new();
        for (incoming, _) in held {
            *by_field.entry(*incoming).or_default() += 1;
        }
        let name = |incoming: &Incoming| {
            let object = self.catalog.object(incoming.object)?;
            let slot = object.slot(incoming.field)?;
            Some(format!("`{}.{}`", object.name, object.fields()[slot].name))
        };
        let mut names: Vec<String> = by_field.keys().filter_map(name).collect();
        names.sort();
        let id = |(incoming, id): &(Incoming, RecordId)| {
            self.catalog.object(incoming.object).map(|object| format_typeid(&object.prefix, id.0))
        };
        let message = format!("records refer to this one through {}", names.join(", "));
        Fault::new(Code::Referenced, message)
            .at("id")
            .hint("delete or change them first, or give the reference another `on_delete`")
            .records(held.iter().take(limits::FAULT_RECORDS_MAX).filter_map(id).collect())
            .into()
    }

    /// Sets the references to null that the deletion clears.
    pub(super) fn clear(&mut self, felling: &Felling, actor: Actor) -> Result<(), Halt> {
        let mut missing = false;
        for (incoming, id) in &felling.clears {
            let Ok(found) = self.child(incoming.object, *id) else {
                missing = true;
                continue;
            };
            let Some((object, old)) = found else { continue };
            let Some(slot) = object.slot(incoming.field) else { continue };
            let field = &object.fields()[slot];
            if field.required && !is_hidden(&object, field) {
                return Err(self.held(&[(*incoming, *id)]));
            }
            let changed = self.changed_row(&object, &old, vec![(slot, Value::Null)], actor);
            let (new, slots) = match changed {
                Ok(changed) => changed,
                Err(Halt::Missing) => {
                    missing = true;
                    continue;
                }
                Err(halt) => return Err(halt.of_record(format_typeid(&object.prefix, id.0))),
            };
            self.write_update(&object, &old, new, &slots);
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }
}

/// Whether the wire shows nothing of the field.
fn is_hidden(object: &Object, field: &Field) -> bool {
    object.removed.is_some() || !field.is_visible()
}

fn too_much() -> Fault {
    let message = format!(
        "the deletion reaches more than {} records or goes deeper than {} references",
        limits::CASCADE_RECORDS_MAX,
        limits::CASCADE_DEPTH_MAX
    );
    Fault::new(Code::LimitReached, message)
        .at("id")
        .hint("delete the records that refer to it in batches first")
}
