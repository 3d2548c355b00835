//! Changing fields of a record.

use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::{AndAlso as _, Batch, Halt, RecordReply};
use crate::decide::diff;
use crate::decide::records::{Doing, expect_version};
use crate::id::RecordId;
use crate::journal::{Actor, ChangeKind};
use crate::operation::Disposition;
use crate::record::Row;
use crate::time::Timestamp;
use crate::value::Value;

impl Batch<'_> {
    pub(super) fn update(&mut self, doing: &Doing<'_>, expect: Option<i64>) -> Result<RecordReply, Halt> {
        let id = self.meant(doing)?;
        self.update_record(doing, id, expect)
    }

    pub(super) fn update_record(
        &mut self,
        doing: &Doing<'_>,
        id: RecordId,
        expect: Option<i64>,
    ) -> Result<RecordReply, Halt> {
        let object = &doing.object;
        let Some(old) = self.row(object.number, id)? else {
            let is_in_trash = self.trashed(id)?.is_some();
            return Err(doing.not_found(id, is_in_trash));
        };
        expect_version(expect, &old)?;
        let given = doing.values()?;
        let mut changed: Vec<(usize, Value)> =
            given.into_iter().filter(|(slot, value)| old.values[*slot] != *value).collect();
        self.follow(&mut changed)?;
        changed.retain(|(slot, value)| old.values[*slot] != *value);
        if changed.is_empty() {
            return Ok(doing.reply(Disposition::Unchanged, id, old.version, Some(old)));
        }
        let stamped = self.stamps_of_change(doing, &old)?;
        let at = stamped.updated_at.unwrap_or(self.at());
        let by = stamped.updated_by.unwrap_or(doing.actor);
        let (new, slots) = self.changed_row_at(object, &old, changed, (at, by))?;
        let new = Arc::new(new);
        self.put(object, Some(&old), Some(&new));
        let diff = diff::updated(object, &old, &new, &slots, &self.catalog);
        let diff = diff::with_descent(diff, doing.descent, &stamped);
        self.record_change(ChangeKind::RecordUpdated, Some((object.number, Some(id))), new.version, diff);
        Ok(doing.reply(Disposition::Updated, id, new.version, Some(new)))
    }

    /// The row with other values, as the next change of the journal makes it: complete
    /// and checked, with all the slots that change.
    pub(super) fn changed_row(
        &mut self,
        object: &Object,
        old: &Row,
        changed: Vec<(usize, Value)>,
        actor: Actor,
    ) -> Result<(Row, Vec<usize>), Halt> {
        self.changed_row_at(object, old, changed, (self.at(), actor))
    }

    /// The same, changed at some time by somebody.
    fn changed_row_at(
        &mut self,
        object: &Object,
        old: &Row,
        changed: Vec<(usize, Value)>,
        (at, actor): (Timestamp, Actor),
    ) -> Result<(Row, Vec<usize>), Halt> {
        let mut new = old.clone();
        new.version += 1;
        new.updated_at = at;
        new.updated_by = actor;
        let mut slots = Vec::with_capacity(changed.len());
        for (slot, value) in changed {
            new.values[slot] = value;
            new.provenance.set(object.fields()[slot].number, self.next_position());
            slots.push(slot);
        }
        let completed = self.complete(object, Some(old), &mut new, &mut slots);
        let checked = self.check_row(object, Some(old), &new);
        completed.and_also(checked)?;
        Ok((new, slots))
    }

    /// Puts the changed row and its change.
    pub(super) fn write_update(
        &mut self,
        object: &Arc<Object>,
        old: &Arc<Row>,
        new: Row,
        slots: &[usize],
    ) -> Arc<Row> {
        let new = Arc::new(new);
        self.put(object, Some(old), Some(&new));
        let diff = diff::updated(object, old, &new, slots, &self.catalog);
        self.record_change(ChangeKind::RecordUpdated, Some((object.number, Some(new.id))), new.version, diff);
        new
    }
}
