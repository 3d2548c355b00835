//! What a decision sees: the overlay over what was loaded.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::{Incoming, Key as UniqueKey, Object};
use crate::decide::batch::{Batch, Missing};
use crate::decide::keys::{Found, Key, KeyValue};
use crate::id::{FieldNo, ObjectNo, RecordId};
use crate::record::{Row, Trashed, folded};
use crate::value::{Link, Value};

impl Batch<'_> {
    /// A live record.
    pub(super) fn row(&mut self, object: ObjectNo, id: RecordId) -> Result<Option<Arc<Row>>, Missing> {
        if let Some(row) = self.rows.get(&(object, id)) {
            return Ok(row.clone());
        }
        match self.ask(Key::Row(object, id))? {
            Found::Row(row) => Ok(row.as_ref().map(|row| self.reshaped(object, row))),
            _ => Ok(None),
        }
    }

    /// The live record that has these values of a unique key.
    pub(super) fn find(
        &mut self,
        object: ObjectNo,
        key: &UniqueKey,
        value: KeyValue,
    ) -> Result<Option<RecordId>, Missing> {
        let place = (key.number, value);
        if let Some(id) = self.uniques.get(&place) {
            return Ok(*id);
        }
        // Of a key that this very change of the schema makes, the database knows nothing.
        let has_key = |object: &Arc<Object>| object.keys.iter().any(|key| key.number == place.0);
        if !self.origin.object(object).is_some_and(has_key) {
            return Ok(None);
        }
        match self.ask(Key::Unique(object, place.0, place.1))? {
            Found::Record(id) => Ok(*id),
            _ => Ok(None),
        }
    }

    /// The live records that refer to a target through one field, in id order.
    pub(super) fn children(&mut self, incoming: Incoming, target: Link) -> Result<Vec<RecordId>, Missing> {
        let Incoming { object, field } = incoming;
        let key = Key::Children { object, field, to: target.object, id: target.id };
        let mut ids: BTreeSet<RecordId> = match self.ask(key)? {
            Found::Records(ids) => ids.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        let slot = self.catalog.object(object).and_then(|object| object.slot(field));
        for ((of, id), row) in self.rows.iter() {
            if *of != object {
                continue;
            }
            let link = row.as_ref().zip(slot).and_then(|(row, slot)| row.values[slot].link());
            if link == Some(target) {
                ids.insert(*id);
            } else {
                ids.remove(id);
            }
        }
        Ok(ids.into_iter().collect())
    }

    /// A record in the trash.
    pub(super) fn trashed(&mut self, id: RecordId) -> Result<Option<Arc<Trashed>>, Missing> {
        if let Some(trashed) = self.trash.get(&id) {
            return Ok(trashed.clone());
        }
        match self.ask(Key::Trash(id))? {
            Found::Trashed(trashed) => Ok(trashed.clone()),
            _ => Ok(None),
        }
    }

    /// All that the deletion of a root took to the trash and that is still there.
    pub(super) fn trash_group(&mut self, of: &Trashed) -> Result<Vec<Arc<Trashed>>, Missing> {
        let mut group = match self.ask(Key::TrashGroup { group: of.group, root: of.root })? {
            Found::Group(group) => group.clone(),
            _ => Vec::new(),
        };
        group.retain(|trashed| self.trash.get(&trashed.id).is_none());
        let here = self.trash.iter().filter_map(|(_, trashed)| trashed.clone());
        group.extend(here.filter(|trashed| trashed.group == of.group && trashed.root == of.root));
        group.sort_by_key(|trashed| trashed.id);
        Ok(group)
    }

    /// Takes the next number of an `auto_number` field.
    pub(super) fn take_number(&mut self, field: FieldNo) -> Result<i64, Missing> {
        let next = match self.counters.get(&field) {
            Some(next) => *next,
            None => match self.ask(Key::Counter(field))? {
                Found::Counter(next) => *next,
                _ => 1,
            },
        };
        self.counters.set(field, next + 1);
        Ok(next)
    }
}

/// A record's values of a unique key, as the key compares them; none when one is null.
pub(super) fn key_value(object: &Object, key: &UniqueKey, values: &[Value]) -> Option<KeyValue> {
    let mut parts = Vec::with_capacity(key.fields.len());
    for field in &key.fields {
        let value = &values[object.slot(*field)?];
        if value.is_null() {
            return None;
        }
        parts.push(if key.case_insensitive { folded(value.clone()) } else { value.clone() });
    }
    Some(parts)
}
