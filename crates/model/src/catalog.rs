//! The catalog: every object of a tenant at one schema version, compiled once and
//! then shared, immutable. Everything that depends on the schema derives from it.

mod action;
mod dependents;
mod expressions;
mod field;
mod matching;
mod nothing;
mod object;
mod rank;
mod rollup;
mod rule;
mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use crate::id::{FieldNo, KeyNo, ObjectNo};
use crate::journal::SchemaVersion;

pub use action::{Action, ActionStep, Deed, OWN, Setting, Source};
pub use dependents::Dependent;
pub use expressions::{Evaluated, Expressions};
pub(crate) use expressions::{FILTER, Find, RULE, allowed, compile};
pub use field::{
    Classification, Computed, DroppedField, Field, FieldKind, FieldState, OnDelete, Removal, SelectOption,
};
pub use matching::{MatchHow, MatchTerm, Matching};
pub use object::{Definition, Key, KeyState, Object};
pub use rollup::{Measure, RollupFunction};
pub use rule::Rule;
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
    dependents: HashMap<(ObjectNo, FieldNo), Vec<Dependent>>,
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
    /// How many roll-ups stand one on another in it: 1, or more if it is computed over
    /// others.
    pub rank: u8,
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
        let mut numbers = BTreeSet::new();
        let mut fresh: BTreeMap<ObjectNo, Arc<Definition>> = BTreeMap::new();
        for definition in changed {
            let number = definition.number;
            numbers.insert(number);
            if definition.dropped {
                live.remove(&number);
                dropped.insert(number, Arc::new(definition));
            } else {
                fresh.insert(number, Arc::new(definition));
            }
        }
        // Those as well whose expressions were compiled against what has changed.
        for object in live.values().filter(|object| object.expressions().depends_on(&numbers)) {
            fresh.entry(object.number).or_insert_with(|| object.shared());
        }
        let find = |number: ObjectNo| match fresh.get(&number) {
            Some(definition) => Some(&**definition),
            None => live.get(&number).map(|object| object.definition()),
        };
        let compile = |definition: &Arc<Definition>| Arc::new(Object::compile(definition.clone(), &find));
        let compiled: Vec<Arc<Object>> = fresh.values().map(compile).collect();
        live.extend(compiled.into_iter().map(|object| (object.number, object)));
        let mut catalog = Self { version, live, dropped, ..Self::default() };
        catalog.index();
        catalog
    }

    /// The same catalog with a new object, in place: a plan that makes many would copy all
    /// the others for each. Gives the definition back if something follows from others in
    /// it, so that there is more to compile.
    pub(crate) fn grow(&mut self, version: SchemaVersion, definition: Definition) -> Option<Definition> {
        let number = definition.number;
        let follows = |field: &Field| field.computed.is_some() || field.kind.is_rollup();
        let is_plain = definition.rules.is_empty() && !definition.fields.iter().any(follows);
        let is_new = self.definition(number).is_none() && definition.removed.is_none() && !definition.dropped;
        if !is_plain || !is_new || !definition.aliases.is_empty() {
            return Some(definition);
        }
        let find = |number: ObjectNo| self.live.get(&number).map(|object| object.definition());
        let object = Arc::new(Object::compile(Arc::new(definition), &find));
        self.version = version;
        self.by_name.insert(object.name.clone(), number);
        self.by_prefix.insert(object.prefix.clone(), number);
        for (_, field) in object.references() {
            let FieldKind::Reference { to, .. } = &field.kind else { continue };
            for target in to {
                let incoming = Incoming { object: number, field: field.number };
                self.incoming.entry(*target).or_default().push(incoming);
            }
        }
        self.live.insert(number, object);
        None
    }

    fn index(&mut self) {
        // A present name goes before another object's earlier one.
        for (number, object) in self.live.iter().filter(|(_, object)| object.removed.is_none()) {
            self.by_name.extend(object.aliases.iter().map(|alias| (alias.clone(), *number)));
        }
        let mut ranks = rank::Ranks::over(&self.live);
        for (number, object) in &self.live {
            if object.removed.is_none() {
                self.by_name.insert(object.name.clone(), *number);
            }
            self.by_prefix.insert(object.prefix.clone(), *number);
            for (slot, field) in object.fields().iter().enumerate() {
                match &field.kind {
                    FieldKind::Reference { to, .. } => {
                        for target in to {
                            let incoming = Incoming { object: *number, field: field.number };
                            self.incoming.entry(*target).or_default().push(incoming);
                        }
                    }
                    FieldKind::Rollup { from, via, .. } => {
                        let rank = ranks.of(object, slot);
                        let source = RollupSource { parent: *number, rollup: field.number, via: *via, rank };
                        self.rollups.entry(*from).or_default().push(source);
                    }
                    _ => {}
                }
            }
        }
        for (number, definition) in &self.dropped {
            self.by_prefix.insert(definition.prefix.clone(), *number);
        }
        self.dependents = dependents::index(self);
    }

    /// The schema version this is the catalog of.
    #[must_use]
    pub fn version(&self) -> SchemaVersion {
        self.version
    }

    /// All live objects, by number; those that were removed and not yet purged are among
    /// them.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.live.values()
    }

    /// The objects that the wire shows, by number.
    pub fn visible(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.live.values().filter(|object| object.removed.is_none())
    }

    /// A live object by its number.
    #[must_use]
    pub fn object(&self, number: ObjectNo) -> Option<&Arc<Object>> {
        self.live.get(&number)
    }

    /// An object that the wire shows, by its name, or by one that it had and that still
    /// works.
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

    /// The number of the next object, live or dropped.
    #[must_use]
    pub fn following(&self, number: ObjectNo) -> Option<ObjectNo> {
        let after = (Bound::Excluded(number), Bound::Unbounded);
        let live = self.live.range(after).next().map(|(number, _)| *number);
        let dropped = self.dropped.range(after).next().map(|(number, _)| *number);
        live.into_iter().chain(dropped).min()
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

    /// The stored computed fields of other records that read this field, or go through
    /// this reference: they follow when it changes.
    #[must_use]
    pub fn dependents(&self, object: ObjectNo, field: FieldNo) -> &[Dependent] {
        self.dependents.get(&(object, field)).map_or(&[], Vec::as_slice)
    }

    /// The objects that have fields which those of other records follow.
    pub fn read_by_others(&self) -> impl Iterator<Item = ObjectNo> {
        self.dependents.keys().map(|(object, _)| *object)
    }

    /// Whether any field follows one of another record.
    #[must_use]
    pub fn has_dependents(&self) -> bool {
        !self.dependents.is_empty()
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
