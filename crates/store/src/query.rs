//! What can be read of a tenant, and the answers.

use std::sync::Arc;

use kith_model::expression::Expression;
use kith_model::fault::Fault;
use kith_model::id::{ObjectNo, RecordId, TokenId};
use kith_model::journal::{Actor, Change, Position, SchemaVersion, TenantState, Transaction};
use kith_model::matching::MatchKey;
use kith_model::query::{Aggregate, ResultColumn, Sort};
use kith_model::record::Row;
use kith_model::right::Rights;
use kith_model::time::Timestamp;
use kith_model::value::{Cell, Value};
use uuid::Uuid;

use crate::text::journal::STRETCH;

/// An answer with the tenant's state in the snapshot it was read from.
#[derive(Clone, Debug)]
pub struct Seen<T> {
    /// The tenant's row in that snapshot.
    pub state: TenantState,
    /// What was asked for.
    pub value: T,
}

/// One page of an object's records.
#[derive(Clone, PartialEq, Debug)]
pub struct List {
    /// The object.
    pub object: ObjectNo,
    /// Which records: all of these hold.
    pub filters: Vec<Filter>,
    /// In which order; the id breaks ties.
    pub order: Order,
    /// Which way.
    pub direction: Direction,
    /// Start after this place of the order.
    pub after: Option<(Timestamp, RecordId)>,
    /// At most this many.
    pub limit: u32,
}

/// One page of an object's records by the query language.
#[derive(Clone, Debug)]
pub struct Query {
    /// The object.
    pub object: ObjectNo,
    /// Which records: all of these hold.
    pub filters: Vec<Filter>,
    /// And this holds, when it is there.
    pub condition: Option<Expression>,
    /// The time that the condition is asked at.
    pub now: Timestamp,
    /// In which order: a total one, so it ends in the id.
    pub order: Vec<Sort>,
    /// Start after this place of the order: a cell for each of its columns.
    pub after: Option<Vec<Cell<'static>>>,
    /// At most this many.
    pub limit: u32,
}

/// One page of what an object's records come to, group by group.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// The object.
    pub object: ObjectNo,
    /// Which records, when not all.
    pub condition: Option<Expression>,
    /// The time that it is asked at.
    pub now: Timestamp,
    /// What is asked.
    pub aggregate: Arc<Aggregate>,
    /// Start after this place of the order: a cell for each of its columns.
    pub after: Option<Vec<Cell<'static>>>,
    /// At most this many groups.
    pub limit: u32,
}

/// A group: a cell for each column of what its records have in common, one for each
/// measure, and its place in the order.
#[derive(Clone, PartialEq, Debug)]
pub struct Grouped {
    /// What they have in common.
    pub groups: Vec<Cell<'static>>,
    /// What they come to.
    pub measures: Vec<Cell<'static>>,
    /// Its place in the order.
    pub place: Vec<Cell<'static>>,
    /// Whether a sum has more than 18 digits: there is no value for it then.
    pub is_beyond: bool,
}

impl Grouped {
    /// A group from the columns of the statement.
    pub(crate) fn of(aggregate: &Aggregate, mut cells: Vec<Cell<'static>>, is_beyond: bool) -> Self {
        let measures = cells.split_off(aggregate.group_columns().count());
        let groups = cells;
        let place = aggregate.order.iter().flat_map(|sort| match sort.of {
            ResultColumn::Group(place) => {
                let before: usize = aggregate.groups[..place].iter().map(|group| group.columns.len()).sum();
                groups[before..before + aggregate.groups[place].columns.len()].to_vec()
            }
            ResultColumn::Measure(place) => vec![measures[place].clone()],
        });
        let place = place.collect();
        Self { groups, measures, place, is_beyond }
    }
}

/// A record of a page.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// The record.
    pub row: Row,
    /// Its place in the order.
    pub place: Vec<Cell<'static>>,
}

/// A condition on one field.
#[derive(Clone, PartialEq, Debug)]
pub enum Filter {
    /// The field in this slot has this value; [`Value::Null`] asks for none.
    Equals(usize, Value),
}

/// By what records are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// By creation: the order of ids.
    Created,
    /// By last change.
    Updated,
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

/// One transaction of the journal with those of its changes that were asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The transaction.
    pub transaction: Transaction,
    /// Its changes, in order.
    pub changes: Vec<Change>,
}

/// What a stretch of the journal has of some objects.
#[derive(Clone, PartialEq, Debug)]
pub struct Stretch {
    /// Transactions with changes of these objects, in order, and no other changes.
    pub entries: Vec<Entry>,
    /// How far the journal was looked through.
    pub end: Position,
}

impl Stretch {
    /// A stretch of the changes that were found in order, beginning with the first there
    /// are. Whether there may be more than these within the stretch is for the caller to
    /// say: `is_cut`.
    pub(crate) fn of(found: RecordHistory, is_cut: bool, last: Position) -> Self {
        let end = match (found.first(), found.last()) {
            (Some(_), Some((_, change))) if is_cut => change.position,
            (Some((_, change)), _) => Position(change.position.0.saturating_add(STRETCH - 1)).min(last),
            (None, _) => last,
        };
        let mut stretch = Self { entries: Vec::new(), end };
        stretch.extend(found);
        stretch
    }

    /// What is left of the last transaction, beyond the end: it is not to be cut.
    pub(crate) fn missing(&self) -> Option<(Position, Position)> {
        let last = self.entries.last()?.transaction.last;
        (last > self.end).then_some((self.end.next(), last))
    }

    /// Adds what was missing.
    pub(crate) fn complete(&mut self, rest: RecordHistory, end: Position) {
        self.extend(rest);
        self.end = end;
    }

    fn extend(&mut self, found: RecordHistory) {
        for (transaction, change) in found {
            match self.entries.last_mut() {
                Some(entry) if entry.transaction.first == transaction.first => entry.changes.push(change),
                _ => self.entries.push(Entry { transaction, changes: vec![change] }),
            }
        }
    }
}

/// A named cursor kept for a consumer of the change stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Its name.
    pub name: String,
    /// The last position the consumer has dealt with.
    pub position: Position,
    /// When it was last moved.
    pub updated_at: Timestamp,
}

/// A holder's right to a piece of work, for a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    /// Who: one run of the program.
    pub holder: Uuid,
    /// The time now.
    pub now: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What came of building a key's index.
#[derive(Clone, PartialEq, Debug)]
pub enum KeyBuilt {
    /// It is there.
    Built,
    /// Records share values: one fault for each group of them, and no index is left.
    NotUnique(Vec<Fault>),
}

/// How far a task has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forward {
    /// The lease under which it did.
    pub lease: Lease,
    /// The last record that was dealt with.
    pub after: Option<RecordId>,
    /// How many there were.
    pub done: i64,
    /// Of about how many.
    pub total: i64,
}

/// A version of the schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The version.
    pub version: SchemaVersion,
    /// The position of the last change that made it.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was changed, as a JSON array.
    pub changes: Box<str>,
}

/// A token of a tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// For people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ended, if it did.
    pub revoked_at: Option<Timestamp>,
    /// What it may do beyond what every token may.
    pub rights: Rights,
}

/// The changes of one record, oldest first, each with its transaction.
pub type RecordHistory = Vec<(Transaction, Change)>;

/// What an export asks of an object's records, in order of their ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExportStretch {
    /// The object.
    pub object: ObjectNo,
    /// The position as of which the records are told.
    pub at: Position,
    /// Where the stretch begins.
    pub from: ExportPlace,
    /// At most this many records.
    pub limit: u32,
}

/// A place among an object's records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExportPlace {
    /// Begin after this record.
    pub after: RecordId,
    /// A record further on of which there were too many changes for one stretch: those up
    /// to this position were given.
    pub within: Option<(RecordId, Position)>,
}

impl ExportPlace {
    /// Before the first record: none has the nil id.
    pub const START: Self = Self { after: RecordId(Uuid::nil()), within: None };

    /// At a record whose changes up to a position were given.
    #[must_use]
    pub fn within(record: RecordId, position: Position) -> Self {
        let before = Uuid::from_u128(record.0.as_u128().saturating_sub(1));
        Self { after: RecordId(before), within: Some((record, position)) }
    }
}

/// A stretch of an object's records, for an export.
#[derive(Clone, PartialEq, Debug)]
pub struct ExportPage {
    /// The records that are there, in id order.
    pub rows: Vec<Row>,
    /// What changed in records of the stretch after the export's position, in order of id
    /// and position.
    pub changes: Vec<Change>,
    /// Where the next stretch begins; `None` at the end. What was given of a record
    /// `within` which it begins is not all yet.
    pub next: Option<ExportPlace>,
}

impl ExportPage {
    /// A stretch of rows, and of the changes of records up to the last of them, each with
    /// whether there may be more.
    pub(crate) fn of(rows: (Vec<Row>, bool), changes: (Vec<Change>, bool)) -> Self {
        let ((mut rows, is_full), (changes, is_cut)) = (rows, changes);
        let last = changes.last().and_then(|change| Some((change.record?, change.position)));
        let next = match last.filter(|_| is_cut) {
            Some((within, position)) => {
                rows.retain(|row| row.id < within);
                Some(ExportPlace::within(within, position))
            }
            None => {
                let last = rows.last().filter(|_| is_full);
                last.map(|row| ExportPlace { after: row.id, within: None })
            }
        };
        Self { rows, changes, next }
    }
}

/// A stretch of the journal, for an export of what changed.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangedPage {
    /// The last change of each record up to the export's position, for the records whose
    /// last change is in the stretch, in order.
    pub last: RecordHistory,
    /// Those of these records that are there.
    pub rows: Vec<Row>,
    /// What changed in them after the export's position, in order of id and position: at
    /// most [`EXPORT_CHANGES_OF_RECORD`] of each record.
    pub changes: Vec<Change>,
    /// How far the journal was looked through.
    pub reached: Position,
}

/// Changes that are read at once of one record. Of a record that has more (many feed one
/// roll-up) the rest is read alone.
pub const EXPORT_CHANGES_OF_RECORD: u32 = 200;

/// A stretch of an object's records, for the checker: what the table holds and what
/// the journal says, from one snapshot.
#[derive(Clone, PartialEq, Debug)]
pub struct VerifyPage {
    /// The live rows of the stretch, in id order.
    pub rows: Vec<Row>,
    /// Ids in the trash within the stretch, in id order.
    pub trashed: Vec<RecordId>,
    /// All changes of records in the stretch, in order of id and position.
    pub history: RecordHistory,
    /// For each roll-up of the object: what the feeding records come to, for every row
    /// of the stretch, in slot order of the roll-ups (see [`kith_model::catalog`]).
    pub rollups: Vec<Vec<Value>>,
    /// Ids of the stretch that stand for other records since a merge.
    pub merged: Vec<RecordId>,
    /// The match keys of the stretch's records.
    pub filed: Vec<MatchKey>,
    /// Where the next stretch starts; `None` at the end.
    pub next: Option<RecordId>,
}
