//! A record as it was: what came after a position, undone.
//!
//! The changes of a record after the position are taken in order. Of each member the first
//! value that a change overwrote is the one that it had; what no change speaks of is as it
//! is now. So nothing is kept but one value for each member, however often it changed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Map, Value as Json};

use crate::catalog::{Catalog, Object};
use crate::id::{FieldNo, RecordId};
use crate::journal::{Actor, Change, ChangeKind};
use crate::record::{Provenance, Row};
use crate::time::Timestamp;
use crate::value::{self, Value};

/// What is known of a record as it was, from the changes that came after.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Undo {
    fate: Fate,
    version: i64,
    was: Was,
    values: BTreeMap<FieldNo, Value>,
    /// Whether all of it is known: the record went, and its last state stands in the
    /// journal. What came after that says nothing.
    is_whole: bool,
}

/// What the changes say of a record's being there at the position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Fate {
    /// Nothing: it is as it is now.
    #[default]
    Unchanged,
    /// It was there.
    Live,
    /// It was not: it was made later, or came back later.
    Absent,
    /// It was purged since, and everything that was known of it.
    Erased,
}

/// The system members that were overwritten.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Was {
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    created_by: Option<Actor>,
    updated_by: Option<Actor>,
    owner: Option<Actor>,
}

/// A record at a position.
#[derive(Clone, PartialEq, Debug)]
pub enum Past {
    /// As it was.
    Live(Box<Row>),
    /// It was not there.
    Absent,
    /// It was purged since: nobody knows any more.
    Erased,
}

impl Undo {
    /// Takes the next change of the record after the position.
    ///
    /// # Errors
    /// What the journal says that cannot be.
    pub fn take(&mut self, change: &Change, object: &Object, catalog: &Catalog) -> Result<(), String> {
        match (self.fate, change.kind) {
            (Fate::Erased, _) | (_, ChangeKind::DuplicateDismissed) => return Ok(()),
            (Fate::Unchanged, ChangeKind::RecordCreated | ChangeKind::RecordRestored) => {
                self.fate = Fate::Absent;
            }
            (Fate::Absent, _) => {}
            (_, ChangeKind::RecordPurged) => *self = Self { fate: Fate::Erased, ..Self::default() },
            (Fate::Live, _) if self.is_whole => {}
            (Fate::Unchanged | Fate::Live, _) => self.undo(change, object, catalog)?,
        }
        Ok(())
    }

    fn undo(&mut self, change: &Change, object: &Object, catalog: &Catalog) -> Result<(), String> {
        let Some(diff) = &change.diff else {
            *self = Self { fate: Fate::Erased, ..Self::default() };
            return Ok(());
        };
        if self.fate == Fate::Unchanged {
            self.fate = Fate::Live;
            // Derived fields are no version of the record.
            self.version = change.version - i64::from(change.kind != ChangeKind::RecordDerived);
        }
        let diff: Map<String, Json> = serde_json::from_str(diff)
            .map_err(|error| format!("the diff at {} cannot be read: {error}", change.position))?;
        for side in ["old", "derived"] {
            self.keep(diff.get(side), object, catalog)
                .map_err(|error| format!("the diff at {}: {error}", change.position))?;
        }
        self.was.keep(diff.get("was"));
        self.is_whole = matches!(change.kind, ChangeKind::RecordDeleted | ChangeKind::RecordAbsorbed);
        Ok(())
    }

    /// Keeps the values of a side of a diff that are the first of their fields; those of
    /// fields that are gone are passed over.
    fn keep(&mut self, side: Option<&Json>, object: &Object, catalog: &Catalog) -> Result<(), String> {
        for (number, stored) in side.and_then(Json::as_object).into_iter().flatten() {
            let Some(number) = number.parse().ok().map(FieldNo) else { continue };
            let Some(slot) = object.slot(number) else { continue };
            if let Entry::Vacant(first) = self.values.entry(number) {
                first.insert(value::read(&object.fields()[slot], stored, catalog)?);
            }
        }
        Ok(())
    }

    /// The record as it was, from what it is now, if it is there at all, after all changes
    /// were taken. Where each of its values came from is not among what is undone.
    ///
    /// # Errors
    /// When the journal and the tables do not belong together.
    pub fn apply(self, id: RecordId, present: Option<Row>, object: &Object) -> Result<Past, String> {
        let mut row = match (self.fate, present) {
            (Fate::Absent, _) => return Ok(Past::Absent),
            (Fate::Erased, _) => return Ok(Past::Erased),
            (Fate::Unchanged, Some(row)) => return Ok(Past::Live(Box::new(row))),
            (Fate::Unchanged, None) => return Ok(Past::Absent),
            (Fate::Live, _) if self.is_whole => self.was.begin(id, object)?,
            (Fate::Live, Some(row)) => row,
            (Fate::Live, None) => return Err("a record is missing that nothing took away".to_owned()),
        };
        row.version = self.version;
        self.was.restore(&mut row);
        for (number, value) in self.values {
            if let Some(slot) = object.slot(number) {
                row.values[slot] = value;
            }
        }
        Ok(Past::Live(Box::new(row)))
    }
}

impl Was {
    fn keep(&mut self, members: Option<&Json>) {
        let Some(members) = members.and_then(Json::as_object) else { return };
        let time = |name: &str| members.get(name).and_then(Json::as_i64).map(Timestamp);
        let actor = |name: &str| members.get(name).and_then(Json::as_str)?.parse().ok();
        self.created_at = self.created_at.or(time("created_at"));
        self.updated_at = self.updated_at.or(time("updated_at"));
        self.created_by = self.created_by.or(actor("created_by"));
        self.updated_by = self.updated_by.or(actor("updated_by"));
        self.owner = self.owner.or(actor("owner"));
    }

    fn restore(&self, row: &mut Row) {
        row.created_at = self.created_at.unwrap_or(row.created_at);
        row.updated_at = self.updated_at.unwrap_or(row.updated_at);
        row.created_by = self.created_by.unwrap_or(row.created_by);
        row.updated_by = self.updated_by.unwrap_or(row.updated_by);
        row.owner = self.owner.unwrap_or(row.owner);
    }

    /// A record of which nothing is left but what the journal says.
    fn begin(&self, id: RecordId, object: &Object) -> Result<Row, String> {
        let &Self {
            created_at: Some(created_at),
            updated_at: Some(updated_at),
            created_by: Some(created_by),
            updated_by: Some(updated_by),
            owner: Some(owner),
        } = self
        else {
            return Err("a deletion does not say what it took away".to_owned());
        };
        Ok(Row {
            id,
            version: 0,
            created_at,
            updated_at,
            created_by,
            updated_by,
            owner,
            provenance: Provenance::default(),
            values: vec![Value::Null; object.fields().len()],
        })
    }
}
