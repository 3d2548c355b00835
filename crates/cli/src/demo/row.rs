//! A record as it is sent, and a scene: records that refer to one another and are sent
//! together.

use kith_model::time::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::basis::Known;
use super::calendar::Day;
use crate::random::Random;

/// A record that is to be made.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    /// The object.
    pub(crate) object: &'static str,
    /// What others of the same batch call it by.
    pub(crate) label: String,
    /// When it came to be.
    pub(crate) at: Timestamp,
    /// When it became what it is.
    pub(crate) changed: Timestamp,
    /// Its fields.
    pub(crate) record: Json,
}

impl Row {
    /// The operation of a batch that makes it; with the time it came to be, where that
    /// may be said.
    pub(crate) fn operation(self, history: History) -> Json {
        let mut operation =
            json!({ "op": "create", "object": self.object, "as": self.label, "record": self.record });
        if history == History::Told {
            operation["stamps"] = stamps(self.at, self.changed);
        }
        operation
    }
}

/// When a record came to be, and became what it is.
pub(super) fn stamps(at: Timestamp, changed: Timestamp) -> Json {
    json!({ "created_at": at.to_string(), "updated_at": changed.to_string() })
}

/// Whether it may be said when a record came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum History {
    /// Each says it: the token has the right.
    Told,
    /// All came to be now.
    Untold,
}

/// A record of a scene, as others refer to it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Label(String);

impl Label {
    /// The value of a reference to it.
    pub(super) fn json(&self) -> Json {
        json!({ "$ref": self.0 })
    }
}

/// Records that are made up together.
#[derive(Debug)]
pub(super) struct Scene<'k> {
    /// Draws.
    pub(super) random: Random,
    /// The day that is today.
    pub(super) today: Day,
    /// What there is already.
    pub(super) known: &'k Known,
    number: u64,
    rows: Vec<Row>,
}

impl<'k> Scene<'k> {
    /// Scene number so and so.
    pub(super) fn new(random: Random, number: u64, today: Day, known: &'k Known) -> Self {
        Self { random, today, known, number, rows: Vec::new() }
    }

    /// The last day that has passed.
    pub(super) fn yesterday(&self) -> Day {
        self.today.plus(-1)
    }

    /// A time of work on a day.
    pub(super) fn at_work(&mut self, day: Day) -> Timestamp {
        day.at_work(&mut self.random)
    }

    /// Adds a record; members that are null are left out.
    pub(super) fn add(&mut self, object: &'static str, at: Timestamp, record: Json) -> Label {
        let label = format!("s{}r{}", self.number, self.rows.len());
        let record = match record {
            Json::Object(members) => {
                Json::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
            }
            other => other,
        };
        self.rows.push(Row { object, label: label.clone(), at, changed: at, record });
        Label(label)
    }

    /// The record that was added last became what it is later, if this is later.
    pub(super) fn change(&mut self, at: Timestamp) {
        if let Some(row) = self.rows.last_mut() {
            row.changed = at.max(row.at);
        }
    }

    /// What was added.
    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
    }
}
