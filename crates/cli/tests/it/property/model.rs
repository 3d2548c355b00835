//! The plain model: maps in memory that follow docs/api.md and nothing else. It is slow
//! and obvious where Kith is neither.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::operation::{Guard, Target};
use super::universe::{FieldPlan, Kind, folded};

/// A record's number, in order of creation over all objects.
pub(super) type Id = usize;

/// A field's number, never used again: a field that is dropped and made anew is another.
pub(super) type FieldId = usize;

/// A refusal: code and pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) pointer: String,
}

pub(super) type Faults = Vec<Fault>;

pub(super) fn fault(code: &'static str, pointer: impl Into<String>) -> Fault {
    Fault { code, pointer: pointer.into() }
}

#[derive(Clone, Default, Debug)]
pub(super) struct Model {
    pub(super) objects: BTreeMap<&'static str, Object>,
    pub(super) records: BTreeMap<Id, Record>,
    pub(super) trash: BTreeMap<Id, Trashed>,
    /// Every record that ever was, by its object.
    pub(super) known: Vec<&'static str>,
    pub(super) journal: Vec<Transaction>,
    pub(super) position: i64,
    pub(super) schema_version: i64,
    pub(super) fields_made: usize,
}

#[derive(Clone, Default, Debug)]
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    pub(super) keys: Vec<Key>,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) id: FieldId,
    pub(super) plan: &'static FieldPlan,
    pub(super) required: bool,
    pub(super) max: i64,
    pub(super) on_delete: &'static str,
    /// Of an automatic number.
    pub(super) next: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) fields: &'static [&'static str],
    pub(super) folds: bool,
}

/// A record; no member means null. References are `"@7"`.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Record {
    pub(super) object: &'static str,
    pub(super) version: i64,
    pub(super) values: BTreeMap<FieldId, Json>,
    /// The position that set each field.
    pub(super) set_at: BTreeMap<FieldId, i64>,
}

#[derive(Clone, Debug)]
pub(super) struct Trashed {
    pub(super) record: Record,
    pub(super) root: Id,
    pub(super) deleted_position: i64,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Transaction {
    pub(super) first: i64,
    pub(super) changes: Vec<Change>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) object: &'static str,
    pub(super) id: Option<Id>,
    pub(super) version: i64,
    /// Old and new by field name.
    pub(super) fields: BTreeMap<&'static str, (Json, Json)>,
    pub(super) erased: bool,
}

impl Field {
    /// Whether a value is above the field's bound.
    pub(super) fn exceeds(&self, value: &Json) -> bool {
        self.plan.kind == Kind::Integer && value.as_i64() > Some(self.max)
    }
}

/// A reference as the model writes it.
pub(super) fn link(id: Id) -> Json {
    json!(format!("@{id}"))
}

pub(super) fn linked(value: &Json) -> Option<Id> {
    value.as_str()?.strip_prefix('@')?.parse().ok()
}

impl Model {
    pub(super) fn field(&self, object: &str, name: &str) -> Option<&Field> {
        self.objects.get(object)?.fields.iter().find(|field| field.plan.name == name)
    }

    pub(super) fn ids_of(&self, object: &str) -> Vec<Id> {
        (0..self.known.len()).filter(|id| self.known[*id] == object).collect()
    }

    pub(super) fn target(&self, object: &str, target: &Target) -> Target {
        let nth = |ids: Vec<Id>, index: usize| match ids.len() {
            0 => Target::Nobody,
            count => Target::Id(ids[index % count]),
        };
        let is_of = |id: &Id| self.known[*id] == object;
        match target {
            Target::Live(index) => nth(self.records.keys().copied().filter(is_of).collect(), *index),
            Target::Deleted(index) => nth(self.trash.keys().copied().filter(is_of).collect(), *index),
            Target::Any(index) => nth(self.ids_of(object), *index),
            other => other.clone(),
        }
    }

    pub(super) fn guard(&self, target: &Target, guard: Guard) -> Guard {
        let version = match target {
            Target::Id(id) => self.records.get(id).map_or(1, |record| record.version),
            _ => 1,
        };
        match guard {
            Guard::Relative(offset) => Guard::Version((version + offset).max(1)),
            other => other,
        }
    }

    /// Changes the next position, as one change of the open transaction.
    pub(super) fn write(&mut self, change: Change) {
        self.position += 1;
        let open = self.journal.last_mut().unwrap();
        open.changes.push(change);
    }

    pub(super) fn value(&self, record: &Record, name: &str) -> Json {
        let field = self.field(record.object, name);
        field.and_then(|field| record.values.get(&field.id)).cloned().unwrap_or(Json::Null)
    }

    /// A record's values of a key; none when one is null.
    pub(super) fn key_value(&self, record: &Record, key: &Key) -> Option<Vec<Json>> {
        let values = key.fields.iter().map(|name| self.value(record, name));
        let values: Vec<Json> = values.map(|value| if key.folds { folded(&value) } else { value }).collect();
        (!values.contains(&Json::Null)).then_some(values)
    }

    /// The live record with these values of a key.
    pub(super) fn find(&self, object: &str, key: &Key, values: &[Json]) -> Option<Id> {
        let mut same = self.records.iter().filter(|(_, record)| {
            record.object == object && self.key_value(record, key).is_some_and(|found| found == values)
        });
        same.next().map(|(id, _)| *id)
    }

    /// Live records that refer to one, with the field they do it by.
    pub(super) fn referring(&self, id: Id) -> Vec<(Id, Field)> {
        let mut found = Vec::new();
        for (other, record) in &self.records {
            for field in &self.objects[record.object].fields {
                let is_reference = matches!(field.plan.kind, Kind::Reference { .. });
                if is_reference && record.values.get(&field.id).and_then(linked) == Some(id) {
                    found.push((*other, field.clone()));
                }
            }
        }
        found
    }
}
