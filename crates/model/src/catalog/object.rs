//! Objects: a type of record, its fields and keys, and the table that holds them.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::catalog::action::Action;
use crate::catalog::expressions::{Expressions, Find};
use crate::catalog::field::{DroppedField, Field, FieldKind, Removal};
use crate::catalog::matching::Matching;
use crate::catalog::rule::Rule;
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
    /// Earlier names of it that still work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// For people.
    pub label: String,
    /// For people and agents: what a record of it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The prefix of its records' ids; fixed at creation, never used again.
    pub prefix: String,
    /// The schema version that made this state of it.
    pub schema_version: SchemaVersion,
    /// Its fields, in order; those that were removed and not yet purged are among them.
    pub fields: Vec<Field>,
    /// Its unique keys and indexes.
    pub keys: Vec<Key>,
    /// What must be true of each record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// When two records are likely to stand for the same thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<Matching>,
    /// Operations of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// The highest key number it ever had.
    pub last_key: KeyNo,
    /// Fields that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped_fields: Vec<DroppedField>,
    /// How many columns its table once had and has no more: PostgreSQL counts them.
    #[serde(default)]
    pub columns_dropped: u32,
    /// Set once it was removed: nothing on the wire shows it, and it can be restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removal>,
    /// Whether the object itself is gone.
    #[serde(default)]
    pub dropped: bool,
}

impl Definition {
    /// An object without fields.
    #[must_use]
    pub fn new(number: ObjectNo, name: impl Into<String>, prefix: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            number,
            first_name: name.clone(),
            aliases: Vec::new(),
            label: name.clone(),
            name,
            description: None,
            prefix: prefix.into(),
            schema_version: SchemaVersion(0),
            fields: Vec::new(),
            keys: Vec::new(),
            rules: Vec::new(),
            matching: Vec::new(),
            actions: Vec::new(),
            last_key: KeyNo(0),
            dropped_fields: Vec::new(),
            columns_dropped: 0,
            removed: None,
            dropped: false,
        }
    }
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
    /// Whether the database has it already.
    #[serde(default, skip_serializing_if = "KeyState::is_ready")]
    pub state: KeyState,
}

/// Whether the database has a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It has.
    #[default]
    Ready,
    /// It is being made while the records are in use; nothing relies on it yet.
    Building,
}

impl KeyState {
    /// Whether the database has it.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }
}

/// A live object, compiled: its definition and what is derived from it.
#[derive(Debug)]
pub struct Object {
    definition: Arc<Definition>,
    by_name: HashMap<String, usize>,
    by_number: HashMap<FieldNo, usize>,
    table: Table,
    expressions: Expressions,
}

impl Deref for Object {
    type Target = Definition;
    fn deref(&self) -> &Definition {
        &self.definition
    }
}

impl Object {
    pub(super) fn compile(definition: Arc<Definition>, find: &Find<'_>) -> Self {
        let slots = definition.fields.iter().enumerate();
        let shown = slots.clone().filter(|(_, field)| field.is_visible());
        // A present name goes before another field's earlier one.
        let earlier = shown
            .clone()
            .flat_map(|(slot, field)| field.aliases.iter().map(move |name| (name.clone(), slot)));
        let by_name = earlier.chain(shown.map(|(slot, field)| (field.name.clone(), slot))).collect();
        let by_number = slots.map(|(slot, field)| (field.number, slot)).collect();
        let table = Table::of(&definition);
        let expressions = Expressions::compile(&definition, find);
        Self { definition, by_name, by_number, table, expressions }
    }

    /// The stored form, shared.
    pub(super) fn shared(&self) -> Arc<Definition> {
        self.definition.clone()
    }

    /// What it computes and checks.
    #[must_use]
    pub fn expressions(&self) -> &Expressions {
        &self.expressions
    }

    /// The stored form.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Its fields, those that were removed and not yet purged among them; a field's index
    /// here is its slot in [`crate::record::Row::values`].
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.definition.fields
    }

    /// The fields that the wire shows, with their slots.
    pub fn visible(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.definition.fields.iter().enumerate().filter(|(_, field)| field.is_visible())
    }

    /// The slot of a field by its name, or by one that it had and that still works.
    #[must_use]
    pub fn slot_named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The slot of a field by number.
    #[must_use]
    pub fn slot(&self, number: FieldNo) -> Option<usize> {
        self.by_number.get(&number).copied()
    }

    /// A field that the wire shows, by name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<&Field> {
        self.slot_named(name).map(|slot| &self.definition.fields[slot])
    }

    /// The table that holds its records.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Its unique keys, those that the database does not have yet left out.
    pub fn unique_keys(&self) -> impl Iterator<Item = &Key> {
        self.definition.keys.iter().filter(|key| key.unique && key.state.is_ready())
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
