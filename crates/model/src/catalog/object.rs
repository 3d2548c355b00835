//! Objects: a type of record, its fields and keys, and the table that holds them.

use std::collections::HashMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::catalog::field::{DroppedField, Field, FieldKind};
use crate::catalog::table::Table;
use crate::id::{FieldNo, KeyNo, ObjectNo};
use crate::journal::SchemaVersion;

/// An object as the catalog stores it: one JSON document a row, rewritten whole when
/// anything in it changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Definition {
    /// Its number within the tenant.
    pub number: ObjectNo,
    /// Its name on the wire.
    pub name: String,
    /// The name its table began with.
    pub first_name: String,
    /// For people.
    pub label: String,
    /// For people and agents: what a record of it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The prefix of its records' ids; fixed at creation, never used again.
    pub prefix: String,
    /// The schema version that made this state of it.
    pub schema_version: SchemaVersion,
    /// Its live fields, in order.
    pub fields: Vec<Field>,
    /// Its unique keys and indexes.
    pub keys: Vec<Key>,
    /// The highest key number it ever had.
    pub last_key: KeyNo,
    /// Fields that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped_fields: Vec<DroppedField>,
    /// How many columns its table once had and has no more: PostgreSQL counts them.
    #[serde(default)]
    pub columns_dropped: u32,
    /// Whether the object itself is gone.
    #[serde(default)]
    pub dropped: bool,
}

/// A unique key or a plain index over fields.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Key {
    /// Its number within the tenant; names the database's index.
    pub number: KeyNo,
    /// Its name on the wire.
    pub name: String,
    /// Its fields, in order.
    pub fields: Vec<FieldNo>,
    /// Whether two records may not have the same values. A null is equal to nothing.
    pub unique: bool,
    /// Whether text is compared without regard to case (Unicode default case folding).
    #[serde(default)]
    pub case_insensitive: bool,
}

/// A live object, compiled: its definition and what is derived from it.
#[derive(Debug)]
pub struct Object {
    definition: Definition,
    by_name: HashMap<String, usize>,
    by_number: HashMap<FieldNo, usize>,
    table: Table,
}

impl Deref for Object {
    type Target = Definition;
    fn deref(&self) -> &Definition {
        &self.definition
    }
}

impl Object {
    pub(super) fn compile(definition: Definition) -> Self {
        let names = definition.fields.iter().enumerate();
        let by_name = names.clone().map(|(slot, field)| (field.name.clone(), slot)).collect();
        let by_number = names.map(|(slot, field)| (field.number, slot)).collect();
        let table = Table::of(&definition);
        Self { definition, by_name, by_number, table }
    }

    /// The stored form.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Its live fields; a field's index here is its slot in [`crate::record::Row::values`].
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.definition.fields
    }

    /// The slot of a field by name.
    #[must_use]
    pub fn slot_named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The slot of a field by number.
    #[must_use]
    pub fn slot(&self, number: FieldNo) -> Option<usize> {
        self.by_number.get(&number).copied()
    }

    /// A live field by name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<&Field> {
        self.slot_named(name).map(|slot| &self.definition.fields[slot])
    }

    /// The table that holds its records.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Its unique keys.
    pub fn unique_keys(&self) -> impl Iterator<Item = &Key> {
        self.definition.keys.iter().filter(|key| key.unique)
    }

    /// The unique key over exactly this one field, by which a record can be addressed.
    #[must_use]
    pub fn unique_key_of(&self, field: FieldNo) -> Option<&Key> {
        self.unique_keys().find(|key| key.fields == [field])
    }

    /// Its polymorphic and plain references with their slots.
    pub fn references(&self) -> impl Iterator<Item = (usize, &Field)> {
        let fields = self.definition.fields.iter().enumerate();
        fields.filter(|(_, field)| matches!(field.kind, FieldKind::Reference { .. }))
    }
}
