//! What the journal says a record is: its changes, folded.

use std::collections::BTreeMap;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{FieldNo, RecordId};
use kith_model::journal::{Change, ChangeKind, Position, Transaction};
use kith_model::record::{Provenance, Row};
use kith_model::time::Timestamp;
use kith_model::value::{self, Value};
use serde_json::Value as Json;

/// A record according to the journal.
#[derive(Debug)]
pub(super) enum Folded {
    /// Live, as this row; derived fields are those last journaled, if any were.
    Live(Box<Row>, BTreeMap<FieldNo, Value>),
    /// In the trash.
    Trashed,
    /// Gone for good.
    Purged,
    /// Gone into another record.
    Merged,
    /// Its beginning is beyond the retention, so the journal cannot say.
    Unknown,
}

/// Folds one record's changes, oldest first.
///
/// # Errors
/// What the journal says that cannot be.
pub(super) fn fold(
    id: RecordId,
    history: &[(Transaction, Change)],
    object: &Object,
    catalog: &Catalog,
) -> Result<Folded, String> {
    let mut folding =
        Folding { object, catalog, row: None, derived: BTreeMap::new(), is_trashed: false, is_merged: false };
    for (index, (transaction, change)) in history.iter().enumerate() {
        if index == 0 && change.kind != ChangeKind::RecordCreated {
            return Ok(if is_purged(history) { Folded::Purged } else { Folded::Unknown });
        }
        let Some(diff) = &change.diff else {
            return if is_purged(history) {
                Ok(Folded::Purged)
            } else {
                Err(format!("the change at {} is erased, and the record was not purged", change.position))
            };
        };
        let (new, stamps) = match serde_json::from_str::<Json>(diff) {
            Ok(mut diff) => (diff["new"].take(), diff["stamps"].take()),
            Err(_) => return Err(format!("the diff at {} is no JSON", change.position)),
        };
        folding.step(id, transaction, change, &new)?;
        folding.stamp(change, &stamps)?;
        if change.kind == ChangeKind::RecordMerged {
            folding.take_provenance(diff)?;
        }
    }
    Ok(match folding.row {
        None if folding.is_merged => Folded::Merged,
        None => Folded::Purged,
        Some(_) if folding.is_trashed => Folded::Trashed,
        Some(row) => Folded::Live(Box::new(row), folding.derived),
    })
}

fn is_purged(history: &[(Transaction, Change)]) -> bool {
    history.last().is_some_and(|(_, change)| change.kind == ChangeKind::RecordPurged)
}

struct Folding<'a> {
    object: &'a Object,
    catalog: &'a Catalog,
    row: Option<Row>,
    derived: BTreeMap<FieldNo, Value>,
    is_trashed: bool,
    is_merged: bool,
}

impl Folding<'_> {
    fn step(
        &mut self,
        id: RecordId,
        transaction: &Transaction,
        change: &Change,
        new: &Json,
    ) -> Result<(), String> {
        let values = self.values(new)?;
        if change.kind == ChangeKind::RecordRestored {
            self.derived.clear();
        }
        let derived = values.iter().filter(|(slot, _)| self.object.fields()[*slot].is_derived());
        self.derived.extend(derived.map(|(slot, value)| (self.object.fields()[*slot].number, value.clone())));
        if change.kind == ChangeKind::RecordCreated {
            self.row = Some(self.created(id, transaction, change, values));
            return Ok(());
        }
        let unborn = || format!("the change at {} is of a record that does not exist", change.position);
        let row = self.row.as_mut().ok_or_else(unborn)?;
        match change.kind {
            ChangeKind::RecordUpdated | ChangeKind::RecordMerged => {
                for (slot, value) in values {
                    row.values[slot] = value;
                }
                for number in numbers(new) {
                    row.provenance.set(number, change.position);
                }
                touch(row, transaction, change);
            }
            ChangeKind::RecordDeleted => {
                row.version = change.version;
                self.is_trashed = true;
            }
            ChangeKind::RecordRestored => {
                row.values.fill(Value::Null);
                for (slot, value) in values {
                    row.values[slot] = value;
                }
                touch(row, transaction, change);
                self.is_trashed = false;
            }
            // A default that came with its field is no version of the record either.
            ChangeKind::RecordDerived => {
                for (slot, value) in values {
                    row.values[slot] = value;
                }
            }
            ChangeKind::RecordPurged => {
                self.row = None;
                self.is_merged = false;
            }
            ChangeKind::RecordAbsorbed => {
                self.row = None;
                self.is_merged = true;
            }
            ChangeKind::DuplicateDismissed => {}
            ChangeKind::RecordCreated
            | ChangeKind::SchemaChanged
            | ChangeKind::TokenCreated
            | ChangeKind::TokenRevoked
            | ChangeKind::JobCreated
            | ChangeKind::JobEnded => {
                return Err(format!("the change at {} is not of a record", change.position));
            }
        }
        Ok(())
    }

    /// Times and authors of another system, which stand in the place of the transaction's.
    fn stamp(&mut self, change: &Change, stamps: &Json) -> Result<(), String> {
        let (Some(stamps), Some(row)) = (stamps.as_object(), &mut self.row) else { return Ok(()) };
        let unreadable = |name: &str| format!("the stamp `{name}` at {} cannot be read", change.position);
        for (name, stamp) in stamps {
            let time = || stamp.as_i64().map(Timestamp).ok_or_else(|| unreadable(name));
            let actor = || stamp.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| unreadable(name));
            match name.as_str() {
                "created_at" => row.created_at = time()?,
                "updated_at" => row.updated_at = time()?,
                "created_by" => {
                    row.created_by = actor()?;
                    row.owner = row.created_by;
                }
                "updated_by" => row.updated_by = actor()?,
                _ => return Err(unreadable(name)),
            }
        }
        Ok(())
    }

    /// What a record took over from another one was set where it was set there.
    fn take_provenance(&mut self, diff: &str) -> Result<(), String> {
        let diff: Json = serde_json::from_str(diff).map_err(|_| "a merge is no JSON".to_owned())?;
        let Some(row) = &mut self.row else { return Ok(()) };
        for (number, position) in diff["provenance"].as_object().into_iter().flatten() {
            if let (Ok(number), Some(position)) = (number.parse(), position.as_i64()) {
                row.provenance.set(FieldNo(number), Position(position));
            }
        }
        Ok(())
    }

    fn created(
        &self,
        id: RecordId,
        transaction: &Transaction,
        change: &Change,
        values: Vec<(usize, Value)>,
    ) -> Row {
        let mut row = Row {
            id,
            version: change.version,
            created_at: transaction.at,
            updated_at: transaction.at,
            created_by: transaction.actor,
            updated_by: transaction.actor,
            owner: transaction.actor,
            provenance: Provenance::created_at(change.position),
            values: vec![Value::Null; self.object.fields().len()],
        };
        for (slot, value) in values {
            row.values[slot] = value;
        }
        row
    }

    /// The values of a diff's side, by slot; those of fields that are gone are left out.
    fn values(&self, side: &Json) -> Result<Vec<(usize, Value)>, String> {
        let mut values = Vec::new();
        for (number, wire) in side.as_object().into_iter().flatten() {
            let slot = number.parse().ok().and_then(|number| self.object.slot(FieldNo(number)));
            let Some(slot) = slot else { continue };
            values.push((slot, value::read(&self.object.fields()[slot], wire, self.catalog)?));
        }
        Ok(values)
    }
}

fn touch(row: &mut Row, transaction: &Transaction, change: &Change) {
    row.version = change.version;
    row.updated_at = transaction.at;
    row.updated_by = transaction.actor;
}

fn numbers(side: &Json) -> impl Iterator<Item = FieldNo> {
    side.as_object().into_iter().flatten().filter_map(|(number, _)| number.parse().ok().map(FieldNo))
}
