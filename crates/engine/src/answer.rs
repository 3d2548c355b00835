//! What reads answer: a value, and the place in the journal that it is true of.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{HistoryId, format_typeid};
use kith_model::journal::{Position, TenantState};
use kith_model::record::{Row, render_record};
use kith_model::time::Timestamp;

/// A value as of a position.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// The last position of the snapshot it was read from.
    pub position: Position,
    /// The history that the position is of.
    pub history: HistoryId,
}

impl<T> Answer<T> {
    pub(crate) fn new(state: &TenantState, value: T) -> Self {
        Self { value, position: state.last_position, history: state.history }
    }

    /// Another value of the same snapshot.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: make(self.value), position: self.position, history: self.history }
    }
}

/// What a write answers.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// The last position of the write's transaction.
    pub position: Position,
    /// The history that the position is of.
    pub history: HistoryId,
    /// Whether it was answered before under the same idempotency key.
    pub replayed: bool,
}

impl<T> Written<T> {
    /// Another value of the same write.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Written<U> {
        let Self { value, position, history, replayed } = self;
        Written { value: make(value), position, history, replayed }
    }
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The page's members.
    pub data: Vec<T>,
    /// Where the next page starts; `None` at the end.
    pub next_cursor: Option<String>,
}

/// A record with what is needed to write it out.
#[derive(Clone, Debug)]
pub struct RecordView {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) object: Arc<Object>,
    pub(crate) row: Arc<Row>,
    /// The time that virtual fields are shown as of.
    pub(crate) now: Timestamp,
}

impl RecordView {
    /// Its version: what `ETag` says.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.row.version
    }

    /// Its id as text.
    #[must_use]
    pub fn id(&self) -> String {
        format_typeid(&self.object.prefix, self.row.id.0)
    }

    /// The name of its object.
    #[must_use]
    pub fn object_name(&self) -> &str {
        &self.object.name
    }

    /// Appends it as JSON.
    pub fn write_json(&self, out: &mut String) {
        render_record(&self.object, &self.row, &self.catalog, self.now, out);
    }
}
