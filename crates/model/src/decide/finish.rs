//! From a decided batch to the one write it becomes.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::Batch;
use crate::decide::keys::{Found, Key};
use crate::decide::merge::{CounterWrite, Merged, RowUpdate};
use crate::decide::view::key_value;
use crate::id::{ObjectNo, RecordId};
use crate::record::{Row, Trashed};

/// Rows by what happens to them, per object.
#[derive(Default)]
struct Sorted {
    deletes: BTreeMap<ObjectNo, Vec<RecordId>>,
    parks: BTreeMap<ObjectNo, Vec<RecordId>>,
    updates: BTreeMap<ObjectNo, Vec<RowUpdate>>,
    inserts: BTreeMap<ObjectNo, Vec<Arc<Row>>>,
}

impl Batch<'_> {
    /// Everything the batch writes; `None` when that is nothing.
    #[must_use]
    pub fn finish(mut self) -> Option<Merged> {
        if self.is_untouched() {
            return None;
        }
        let sorted = self.sort_rows();
        let (untrash, trash) = self.sort_trash();
        let matches = self.match_writes();
        let mut counters: Vec<CounterWrite> =
            self.counters.iter().map(|(field, next)| CounterWrite { field: *field, next: *next }).collect();
        counters.sort_by_key(|counter| counter.field);
        self.blank_erased();
        Some(Merged {
            catalog: self.catalog,
            schema: self.schema,
            deletes: sorted.deletes.into_iter().collect(),
            parks: sorted.parks.into_iter().collect(),
            updates: sorted.updates.into_iter().collect(),
            inserts: sorted.inserts.into_iter().collect(),
            untrash,
            trash,
            erase: self.erased,
            transactions: self.transactions,
            changes: self.changes,
            answers: self.answers,
            counters,
            tokens: self.tokens,
            jobs: self.job_writes,
            matches,
            state: self.state,
        })
    }

    fn sort_rows(&self) -> Sorted {
        let mut sorted = Sorted::default();
        let mut entries: Vec<_> = self.rows.iter().collect();
        entries.sort_by_key(|(key, _)| **key);
        for ((number, id), after) in entries {
            let Some(object) = self.catalog.object(*number) else { continue };
            let before = match self.loaded.get(&Key::Row(*number, *id)) {
                Some(Found::Row(row)) => row.as_ref().map(|row| self.reshaped(*number, row)),
                _ => None,
            };
            match (before, after) {
                (None, None) => {}
                (None, Some(row)) => sorted.inserts.entry(*number).or_default().push(row.clone()),
                (Some(_), None) => sorted.deletes.entry(*number).or_default().push(*id),
                (Some(before), Some(row)) => {
                    let parked = self.gives_value_away(object, &before);
                    if parked {
                        sorted.parks.entry(*number).or_default().push(*id);
                    }
                    let columns = changed_columns(object, &before, row, parked);
                    if !columns.is_empty() {
                        let update = RowUpdate { row: row.clone(), columns: columns.into() };
                        sorted.updates.entry(*number).or_default().push(update);
                    }
                }
            }
        }
        sorted
    }

    /// Whether a unique value that the row has in the database goes to another row.
    fn gives_value_away(&self, object: &Object, before: &Row) -> bool {
        object.unique_keys().any(|key| {
            let Some(value) = key_value(object, key, &before.values) else { return false };
            matches!(self.uniques.get(&(key.number, value)), Some(Some(other)) if *other != before.id)
        })
    }

    fn sort_trash(&self) -> (Vec<RecordId>, Vec<Arc<Trashed>>) {
        let (mut untrash, mut trash) = (Vec::new(), Vec::new());
        for (id, after) in self.trash.iter() {
            let was_there = matches!(self.loaded.get(&Key::Trash(*id)), Some(Found::Trashed(Some(_))))
                || self.was_in_loaded_group(*id);
            if was_there {
                untrash.push(*id);
            }
            trash.extend(after.clone());
        }
        untrash.sort_unstable();
        trash.sort_by_key(|trashed| trashed.id);
        (untrash, trash)
    }

    fn was_in_loaded_group(&self, id: RecordId) -> bool {
        self.loaded.groups().any(|group| group.iter().any(|trashed| trashed.id == id))
    }

    /// What the batch itself journaled of records that it then purged.
    fn blank_erased(&mut self) {
        let erased: HashSet<RecordId> = self.erased.iter().copied().collect();
        for change in &mut self.changes {
            if change.record.is_some_and(|record| erased.contains(&record)) {
                change.diff = None;
            }
        }
    }
}

/// The columns to write. A parked row has lost all its unique values, so all of those
/// are written again.
fn changed_columns(object: &Object, before: &Row, after: &Row, parked: bool) -> Vec<usize> {
    let table = object.table();
    let system = [
        before.version != after.version,
        before.created_at != after.created_at,
        before.updated_at != after.updated_at,
        before.created_by != after.created_by,
        before.updated_by != after.updated_by,
        before.owner != after.owner,
        before.provenance != after.provenance,
    ];
    let mut columns: Vec<usize> =
        (1..).zip(system).filter(|(_, changed)| *changed).map(|(index, _)| index).collect();
    for slot in 0..object.fields().len() {
        if before.values[slot] != after.values[slot] {
            columns.extend(table.range(slot));
            columns.extend(table.fold(slot));
            columns.extend(table.wider(slot));
        }
    }
    if parked {
        columns.extend(object.unique_keys().flat_map(|key| table.key_columns(object.definition(), key)));
        columns.sort_unstable();
        columns.dedup();
    }
    columns
}
