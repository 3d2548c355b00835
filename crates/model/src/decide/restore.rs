//! Bringing a record back from the trash, with what its deletion took along: a checked
//! creation under the same id.

use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::{AndAlso as _, Batch, Halt, RecordReply};
use crate::decide::delete::Member;
use crate::decide::derive::zero;
use crate::decide::diff;
use crate::decide::records::Doing;
use crate::decide::view::key_value;
use crate::fault::{Code, Fault, Faults};
use crate::journal::ChangeKind;
use crate::operation::Disposition;
use crate::record::{Row, Trashed};
use crate::value::{self, Value};

impl Batch<'_> {
    pub(super) fn restore(&mut self, doing: &Doing<'_>) -> Result<RecordReply, Halt> {
        let id = self.meant(doing)?;
        let trashed = self.trashed(id)?.filter(|trashed| trashed.object == doing.object.number);
        let Some(trashed) = trashed else {
            if self.row(doing.object.number, id)?.is_some() {
                return Err(Fault::new(Code::AlreadyExists, "the record is not deleted").at("id").into());
            }
            return Err(doing.not_found(id, false));
        };
        let group = if trashed.root == id { self.trash_group(&trashed)? } else { vec![trashed] };
        let mut restored: Vec<Member> = Vec::with_capacity(group.len());
        for member in &group {
            if let Some((object, row)) = self.revive(member, doing)? {
                restored.push((object, row));
            }
        }
        self.put_all(&mut restored)?;
        for (object, row) in &restored {
            let diff = diff::created(object, row, &self.catalog);
            self.trash.set(row.id, None);
            self.record_change(
                ChangeKind::RecordRestored,
                Some((object.number, Some(row.id))),
                row.version,
                diff,
            );
        }
        let row = restored.into_iter().map(|(_, row)| row).find(|row| row.id == id);
        let version = row.as_ref().map_or(0, |row| row.version);
        Ok(doing.reply(Disposition::Restored, id, version, row))
    }

    /// The row that a document of the trash becomes; none when its object is gone.
    fn revive(&self, trashed: &Trashed, doing: &Doing<'_>) -> Result<Option<Member>, Halt> {
        let Some(object) = self.catalog.object(trashed.object).cloned() else { return Ok(None) };
        let read = Row::from_document(trashed.id, &trashed.document, &object, &self.catalog);
        let mut row =
            read.map_err(|error| Fault::new(Code::Internal, format!("the trash cannot be read: {error}")))?;
        // Once for the deletion, once for the return.
        row.version += 2;
        row.updated_at = self.at();
        row.updated_by = doing.actor;
        for (slot, field) in object.fields().iter().enumerate() {
            if field.kind.is_rollup() {
                row.values[slot] = zero(&field.kind);
            }
        }
        self.check_values(&object, &mut row)?;
        Ok(Some((object, Arc::new(row))))
    }

    /// The definitions may have changed since: an option that is gone, a lower maximum. A
    /// field that was removed cannot be mended, and loses what does not fit.
    fn check_values(&self, object: &Object, row: &mut Row) -> Result<(), Halt> {
        let mut faults = Faults::new();
        for (field, value) in object.fields().iter().zip(&mut row.values) {
            if field.is_read_only() || value.is_null() {
                continue;
            }
            let wire = value::render(field, value, &self.catalog);
            if let Err(fault) = value::parse(field, &wire, &self.catalog) {
                if !field.is_visible() {
                    *value = Value::Null;
                    continue;
                }
                let message =
                    format!("the deleted record does not fit the schema of today: {}", fault.message);
                faults.push(Fault::new(fault.code, message).at(&field.name).under("/record"));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Halt::Faults(faults)) }
    }

    /// Clears references that were removed from the schema where their targets are gone.
    fn clear_hidden(&mut self, object: &Object, row: &mut Row) -> Result<(), Halt> {
        let mut missing = false;
        for (slot, _) in object.references().filter(|(_, field)| !field.is_visible()) {
            let Some(link) = row.values[slot].link() else { continue };
            match self.row(link.object, link.id) {
                Ok(Some(_)) => {}
                Ok(None) => row.values[slot] = Value::Null,
                Err(_) => missing = true,
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }

    /// Checks and puts all of them; members may refer to each other in any order, so
    /// references are checked when all are in. A key made since may find two members
    /// with one value, so each also sees the values of those before it.
    fn put_all(&mut self, restored: &mut [Member]) -> Result<(), Halt> {
        let mark = self.mark();
        for (object, row) in restored.iter() {
            self.rows.set((object.number, row.id), Some(row.clone()));
        }
        let mut faults = Faults::new();
        let mut missing = false;
        for (object, row) in restored.iter_mut() {
            let followed = self.follow_row(object, Arc::make_mut(row));
            let cleared = self.clear_hidden(object, Arc::make_mut(row));
            let completed =
                followed.and_also(cleared).and_also(self.complete_again(object, Arc::make_mut(row)));
            self.rows.set((object.number, row.id), Some(row.clone()));
            match completed.and_also(self.check_row(object, None, row)) {
                Ok(()) => {}
                Err(Halt::Faults(more)) => faults.extend(more),
                Err(_) => missing = true,
            }
            for key in object.unique_keys() {
                if let Some(value) = key_value(object, key, &row.values) {
                    self.uniques.set((key.number, value), Some(row.id));
                }
            }
        }
        self.undo_to(mark);
        if missing {
            return Err(Halt::Missing);
        }
        if !faults.is_empty() {
            return Err(Halt::Faults(faults));
        }
        for (object, row) in restored.iter() {
            self.put(object, None, Some(row));
        }
        Ok(())
    }
}
