//! Ids of merged records: each stands for the record that took it in, wherever a record
//! is named.

use std::collections::BTreeSet;

use crate::catalog::Object;
use crate::decide::batch::{Batch, Halt, Missing};
use crate::decide::keys::{Found, Key};
use crate::decide::records::Doing;
use crate::id::{ObjectNo, RecordId};
use crate::record::Row;
use crate::value::{Link, Value};

impl Batch<'_> {
    /// The record that an operation means: the one that it names, or the one that it was
    /// merged into.
    pub(super) fn meant(&mut self, doing: &Doing<'_>) -> Result<RecordId, Halt> {
        Ok(self.standing(doing.object.number, doing.target()?)?)
    }

    /// The record that an id stands for: itself, as long as there is such a record, or
    /// none was merged.
    pub(super) fn standing(&mut self, object: ObjectNo, id: RecordId) -> Result<RecordId, Missing> {
        if self.row(object, id)?.is_some() {
            return Ok(id);
        }
        Ok(self.stand_in(id)?.unwrap_or(id))
    }

    /// The record into which another one was merged.
    fn stand_in(&mut self, id: RecordId) -> Result<Option<RecordId>, Missing> {
        if let Some(alias) = self.aliases.get(&id) {
            return Ok(alias.map(|alias| alias.into));
        }
        match self.ask(Key::Merged(id))? {
            Found::Record(into) => Ok(*into),
            _ => Ok(None),
        }
    }

    /// The ids that stand for a record, at most one more than the limit.
    pub(super) fn aliases_of(&mut self, id: RecordId) -> Result<Vec<RecordId>, Missing> {
        let mut ids: BTreeSet<RecordId> = match self.ask(Key::Aliases(id))? {
            Found::Records(ids) => ids.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        for (alias, write) in self.aliases.iter() {
            if write.is_some_and(|write| write.into == id) {
                ids.insert(*alias);
            } else {
                ids.remove(alias);
            }
        }
        Ok(ids.into_iter().collect())
    }

    /// Makes references to merged records refer to those that they stand for. What is not
    /// loaded yet is left: the check of the record notices it too, and loads it along.
    pub(super) fn follow(&mut self, given: &mut [(usize, Value)]) -> Result<(), Halt> {
        let mut missing = false;
        for (_, value) in given {
            missing |= self.follow_value(value).is_err();
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }

    /// The same for all references of a record.
    pub(super) fn follow_row(&mut self, object: &Object, row: &mut Row) -> Result<(), Halt> {
        let mut missing = false;
        for (slot, _) in object.references() {
            missing |= self.follow_value(&mut row.values[slot]).is_err();
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }

    fn follow_value(&mut self, value: &mut Value) -> Result<(), Missing> {
        let Some(link) = value.link() else { return Ok(()) };
        if let Ok(None) = self.row(link.object, link.id)
            && let Some(into) = self.stand_in(link.id)?
        {
            *value = Value::Link(Link { id: into, ..link });
        }
        Ok(())
    }
}
