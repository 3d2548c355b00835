//! The catalog: every object of a tenant at one schema version, compiled once and
//! then shared, immutable. Everything that depends on the schema derives from it.

mod field;
mod object;
mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::id::{FieldNo, KeyNo, ObjectNo};
use crate::journal::SchemaVersion;

pub use field::{Classification, DroppedField, Field, FieldKind, OnDelete, RollupFunction, SelectOption};
pub use object::{Definition, Key, Object};
pub use table::{Column, SYSTEM_COLUMNS, Table, fold_column};

/// All objects of a tenant at one schema version.
#[derive(Debug, Default)]
pub struct Catalog {
    version: SchemaVersion,
    live: BTreeMap<ObjectNo, Arc<Object>>,
    dropped: BTreeMap<ObjectNo, Arc<Definition>>,
    by_name: HashMap<String, ObjectNo>,
    by_prefix: HashMap<String, ObjectNo>,
    incoming: HashMap<ObjectNo, Vec<Incoming>>,
    rollups: HashMap<ObjectNo, Vec<RollupSource>>,
}

/// A reference field that can point at an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Incoming {
    /// The object that has the field.
    pub object: ObjectNo,
    /// The reference field.
    pub field: FieldNo,
}

/// A roll-up that an object's records feed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RollupSource {
    /// The object that has the roll-up.
    pub parent: ObjectNo,
    /// The roll-up field on it.
    pub rollup: FieldNo,
    /// The reference field of the feeding object that leads to the parent.
    pub via: FieldNo,
}

impl Catalog {
    /// Compiles a catalog from the definitions of all objects, dropped ones included.
    #[must_use]
    pub fn compile(version: SchemaVersion, definitions: impl IntoIterator<Item = Definition>) -> Self {
        Self::default().with(version, definitions)
    }

    /// The catalog that follows: `changed` replaces or adds objects, all others are
    /// shared with this one.
    #[must_use]
    pub fn with(&self, version: SchemaVersion, changed: impl IntoIterator<Item = Definition>) -> Self {
        let mut live = self.live.clone();
        let mut dropped = self.dropped.clone();
        for definition in changed {
            let number = definition.number;
            if definition.dropped {
                live.remove(&number);
                dropped.insert(number, Arc::new(definition));
            } else {
                live.insert(number, Arc::new(Object::compile(definition)));
            }
        }
        let mut catalog = Self { version, live, dropped, ..Self::default() };
        catalog.index();
        catalog
    }

    fn index(&mut self) {
        for (number, object) in &self.live {
            self.by_name.insert(object.name.clone(), *number);
            self.by_prefix.insert(object.prefix.clone(), *number);
            for field in object.fields() {
                match &field.kind {
                    FieldKind::Reference { to, .. } => {
                        for target in to {
                            let incoming = Incoming { object: *number, field: field.number };
                            self.incoming.entry(*target).or_default().push(incoming);
                        }
                    }
                    FieldKind::Rollup { from, via, .. } => {
                        let source = RollupSource { parent: *number, rollup: field.number, via: *via };
                        self.rollups.entry(*from).or_default().push(source);
                    }
                    _ => {}
                }
            }
        }
        for (number, definition) in &self.dropped {
            self.by_prefix.insert(definition.prefix.clone(), *number);
        }
    }

    /// The schema version this is the catalog of.
    #[must_use]
    pub fn version(&self) -> SchemaVersion {
        self.version
    }

    /// All live objects, by number.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.live.values()
    }

    /// A live object by its number.
    #[must_use]
    pub fn object(&self, number: ObjectNo) -> Option<&Arc<Object>> {
        self.live.get(&number)
    }

    /// A live object by its name.
    #[must_use]
    pub fn object_named(&self, name: &str) -> Option<&Arc<Object>> {
        self.by_name.get(name).and_then(|number| self.live.get(number))
    }

    /// The object whose ids have this prefix; `None` as well when it was dropped.
    #[must_use]
    pub fn object_with_prefix(&self, prefix: &str) -> Option<&Arc<Object>> {
        self.by_prefix.get(prefix).and_then(|number| self.live.get(number))
    }

    /// Whether a prefix belongs, or ever belonged, to an object.
    #[must_use]
    pub fn prefix_is_taken(&self, prefix: &str) -> bool {
        self.by_prefix.contains_key(prefix)
    }

    /// The definition of an object, live or dropped: old journal entries name both.
    #[must_use]
    pub fn definition(&self, number: ObjectNo) -> Option<&Definition> {
        match self.live.get(&number) {
            Some(object) => Some(object.definition()),
            None => self.dropped.get(&number).map(Arc::as_ref),
        }
    }

    /// The references that can point at an object.
    #[must_use]
    pub fn incoming(&self, target: ObjectNo) -> &[Incoming] {
        self.incoming.get(&target).map_or(&[], Vec::as_slice)
    }

    /// The roll-ups that an object's records feed.
    #[must_use]
    pub fn rollups_from(&self, source: ObjectNo) -> &[RollupSource] {
        self.rollups.get(&source).map_or(&[], Vec::as_slice)
    }

    fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.live.values().map(|object| object.definition()).chain(self.dropped.values().map(Arc::as_ref))
    }

    /// The number for the next object.
    #[must_use]
    pub fn next_object(&self) -> ObjectNo {
        ObjectNo(self.definitions().map(|definition| definition.number.0).max().unwrap_or(0) + 1)
    }

    /// The number for the next field; numbers of dropped fields are not used again.
    #[must_use]
    pub fn next_field(&self) -> FieldNo {
        let live = self.definitions().flat_map(|definition| &definition.fields).map(|field| field.number.0);
        let gone =
            self.definitions().flat_map(|definition| &definition.dropped_fields).map(|field| field.number.0);
        FieldNo(live.chain(gone).max().unwrap_or(0) + 1)
    }

    /// The number for the next key or index.
    #[must_use]
    pub fn next_key(&self) -> KeyNo {
        KeyNo(self.definitions().map(|definition| definition.last_key.0).max().unwrap_or(0) + 1)
    }
}
