//! Schema changes against the rules, each from a small catalog of its own.

mod field;
mod filter;
mod key;
mod object;
mod removal;
mod rename;

use serde_json::{Map, Value as Json, json};

use super::{Decision, SchemaChange, decide};
use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::time::Timestamp;

fn members(json: Json) -> Map<String, Json> {
    json.as_object().expect("an object").clone()
}

/// A catalog with the changes that were made to it.
#[derive(Default)]
struct Tenant {
    catalog: Catalog,
}

impl Tenant {
    fn try_change(&self, change: &SchemaChange) -> Result<Decision, Faults> {
        decide(&self.catalog, change, SchemaVersion(self.catalog.version().0 + 1), Timestamp(1_000_000))
    }

    fn change(&mut self, change: SchemaChange) -> Decision {
        let next = SchemaVersion(self.catalog.version().0 + 1);
        let decision = self.try_change(&change).unwrap_or_else(|faults| panic!("{change:?}: {faults:#?}"));
        self.catalog = self.catalog.with(next, decision.definitions.clone());
        decision
    }

    fn with(mut self, change: SchemaChange) -> Self {
        self.change(change);
        self
    }

    /// The faults as `code pointer`.
    fn refuse(&self, change: SchemaChange) -> Vec<String> {
        let faults = self.try_change(&change).expect_err("refused");
        faults.iter().map(|fault| format!("{} {}", fault.code.as_str(), fault.pointer)).collect()
    }

    fn hint(&self, change: SchemaChange) -> Option<String> {
        self.try_change(&change).expect_err("refused").remove(0).hint
    }
}

fn create(object: Json) -> SchemaChange {
    SchemaChange::CreateObject(members(object))
}

fn add_field(object: &str, field: Json) -> SchemaChange {
    SchemaChange::CreateField { object: object.to_owned(), field: members(field) }
}

fn patch_field(object: &str, field: &str, patch: Json) -> SchemaChange {
    SchemaChange::UpdateField { object: object.to_owned(), field: field.to_owned(), patch: members(patch) }
}

fn drop_field(object: &str, field: &str) -> SchemaChange {
    SchemaChange::PurgeField { object: object.to_owned(), field: field.to_owned(), number: None }
}

fn add_key(object: &str, key: Json) -> SchemaChange {
    SchemaChange::CreateKey { object: object.to_owned(), key: members(key) }
}

fn drop_key(object: &str, key: &str) -> SchemaChange {
    SchemaChange::DropKey { object: object.to_owned(), key: key.to_owned() }
}

fn drop_object(object: &str) -> SchemaChange {
    SchemaChange::PurgeObject { object: object.to_owned(), number: None, with_records: false }
}

/// Companies, and deals that refer to them.
fn crm() -> Tenant {
    Tenant::default()
        .with(create(json!({"name": "company", "fields": [
            {"name": "name", "type": "text", "required": true},
            {"name": "parent", "type": "reference", "to": ["company"]},
        ]})))
        .with(create(json!({"name": "deal", "fields": [
            {"name": "title", "type": "text", "max_length": 100, "unique": true, "case_insensitive": true},
            {"name": "company", "type": "reference", "to": ["company"], "on_delete": "cascade"},
            {"name": "amount", "type": "currency", "currencies": ["EUR"]},
            {"name": "weight", "type": "decimal", "precision": 8, "scale": 3, "min": "0", "max": 100},
            {"name": "stage", "type": "select", "options": ["new", {"value": "won", "label": "Won!"}], "default": "new"},
            {"name": "rank", "type": "integer", "min": 0, "indexed": true},
        ]})))
        .with(add_field("company", json!({
            "name": "won", "type": "rollup", "function": "sum", "from": "deal", "via": "company", "of": "amount",
            "currency": "EUR",
        })))
}
