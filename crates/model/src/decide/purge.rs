//! Removing a record for good: from its table or the trash, and from the journal all
//! but the fact that it was there.

use std::collections::HashMap;

use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::records::{Doing, expect_version};
use crate::fault::{Code, Fault};
use crate::id::{ObjectNo, RecordId};
use crate::journal::ChangeKind;
use crate::operation::Disposition;

impl Batch<'_> {
    pub(super) fn purge(&mut self, doing: &Doing<'_>, expect: Option<i64>) -> Result<RecordReply, Halt> {
        let id = self.meant(doing)?;
        let version = match self.row(doing.object.number, id)? {
            Some(root) => {
                expect_version(expect, &root)?;
                let felling = self.fell(&doing.object, &root)?;
                self.clear(&felling, doing.actor)?;
                let aliases = self.aliases_of_all(felling.rows.iter().map(|(_, row)| row.id))?;
                for (object, row) in felling.rows.iter().rev() {
                    self.bar_if_touched(object.number, row.id)?;
                    self.put(object, Some(row), None);
                    self.write_purge(object.number, row.id, row.version + 1);
                    self.purge_aliases(object.number, aliases.get(&row.id))?;
                }
                root.version + 1
            }
            None => self.purge_trashed(doing, id, expect)?,
        };
        Ok(doing.reply(Disposition::Purged, id, version, None))
    }

    fn purge_trashed(&mut self, doing: &Doing<'_>, id: RecordId, expect: Option<i64>) -> Result<i64, Halt> {
        let trashed = self.trashed(id)?.filter(|trashed| trashed.object == doing.object.number);
        let Some(trashed) = trashed else { return Err(doing.not_found(id, false)) };
        if expect.is_some() {
            let message = "the record is deleted, so it is not at any version";
            return Err(Fault::new(Code::VersionMismatch, message).at("if_match").into());
        }
        self.bar_if_touched(trashed.object, id)?;
        let aliases = self.aliases_of(id)?;
        self.trash.set(id, None);
        self.write_purge(trashed.object, id, 0);
        self.purge_aliases(trashed.object, Some(&aliases))?;
        Ok(0)
    }

    /// The ids that stand for records which are about to be purged.
    fn aliases_of_all(
        &mut self,
        ids: impl Iterator<Item = RecordId>,
    ) -> Result<HashMap<RecordId, Vec<RecordId>>, Halt> {
        let mut aliases = HashMap::new();
        let mut missing = false;
        for id in ids {
            match self.aliases_of(id) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => drop(aliases.insert(id, found)),
                Err(_) => missing = true,
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(aliases) }
    }

    /// Purges what the journal says of records that were merged into one that goes.
    fn purge_aliases(&mut self, object: ObjectNo, aliases: Option<&Vec<RecordId>>) -> Result<(), Halt> {
        for id in aliases.into_iter().flatten() {
            self.bar_if_touched(object, *id)?;
            self.aliases.set(*id, None);
            self.write_purge(object, *id, 0);
        }
        Ok(())
    }

    fn write_purge(&mut self, object: ObjectNo, id: RecordId, version: i64) {
        self.erased.push(id);
        self.record_change(ChangeKind::RecordPurged, Some((object, Some(id))), version, "{}".to_owned());
    }

    /// An answer kept earlier in this very batch could hold what is to be erased: then
    /// the purge waits for the next batch, when the store can reach it.
    fn bar_if_touched(&self, object: ObjectNo, id: RecordId) -> Result<(), Halt> {
        let touched = self.rows.get(&(object, id)).is_some() || self.trash.get(&id).is_some();
        let shown = self.answers.iter().any(|answer| answer.unchanged.contains(&id));
        if shown || (touched && !self.is_untouched()) { Err(Halt::Barrier) } else { Ok(()) }
    }
}
