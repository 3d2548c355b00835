//! What can be read of a tenant, and the answers.

use kith_model::id::{ObjectNo, RecordId, TokenId};
use kith_model::journal::{Change, Position, TenantState, Transaction};
use kith_model::record::Row;
use kith_model::time::Timestamp;
use kith_model::value::Value;

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
}

/// The changes of one record, oldest first, each with its transaction.
pub type RecordHistory = Vec<(Transaction, Change)>;

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
    /// Where the next stretch starts; `None` at the end.
    pub next: Option<RecordId>,
}
