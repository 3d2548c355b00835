//! What fields are used for: counted in memory while requests are served, and written
//! down now and then. It costs a request one lock that is hardly ever waited for and a
//! look into a small table; it is never waited for by one, and never fails one.
//!
//! These counts are not the tenant's state: they have no place in the journal, and those
//! of the last seconds are lost in a crash.

mod flush;

pub(crate) use flush::{day_of, flush, flush_tenant, run};

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{FieldNo, ObjectNo, TenantId, TokenId};
use kith_model::limits::USES_HELD_MAX;
use kith_model::operation::{Action, RecordOperation};
use kith_model::time::Timestamp;
use kith_model::usage::{UseKind, WHOLE_OBJECT};

use crate::clock;
use crate::session::{Identity, Session};

/// Locks; a request takes the one of its token and object.
const SHARDS: usize = 16;

/// Whose uses of which object.
type Slot = (TenantId, TokenId, ObjectNo);

/// Uses of one object by one token since they were last written down.
#[derive(Default)]
struct Tallies {
    fields: HashMap<(FieldNo, UseKind), i64>,
    /// Uses of earlier names.
    names: HashMap<(FieldNo, Box<str>), i64>,
    /// In microseconds.
    last_at: i64,
}

/// Uses that are not written down yet.
#[derive(Default)]
pub(crate) struct Usage {
    hasher: RandomState,
    shards: [Mutex<HashMap<Slot, Tallies>>; SHARDS],
    held: AtomicUsize,
    /// The day on which a tenant's old uses were last removed.
    swept: Mutex<HashMap<TenantId, i64>>,
}

impl Usage {
    /// Counts uses of fields, each with the earlier name that it was called by.
    fn count<'a>(
        &self,
        slot: Slot,
        at: Timestamp,
        uses: impl Iterator<Item = (FieldNo, UseKind, Option<&'a str>)>,
    ) {
        let index = usize::try_from(self.hasher.hash_one(slot) % SHARDS as u64).unwrap_or(0);
        let mut shard = self.shards[index].lock().unwrap_or_else(PoisonError::into_inner);
        let tallies = shard.entry(slot).or_default();
        tallies.last_at = at.0;
        for (field, kind, name) in uses {
            if let Some(count) = tallies.fields.get_mut(&(field, kind)) {
                *count += 1;
            } else if self.has_room() {
                tallies.fields.insert((field, kind), 1);
            }
            let Some(name) = name else { continue };
            // Earlier names are few: their text is made only where one is used.
            if let Some(count) = tallies.names.get_mut(&(field, Box::from(name))) {
                *count += 1;
            } else if self.has_room() {
                tallies.names.insert((field, Box::from(name)), 1);
            }
        }
    }

    /// Whether another count may be held; beyond the bound, what is new is not counted
    /// until the others are written down.
    fn has_room(&self) -> bool {
        let has_room = self.held.load(Ordering::Relaxed) < USES_HELD_MAX;
        if has_room {
            self.held.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }
}

impl Session {
    /// Counts the fields that record operations name.
    pub(crate) fn count_writes(&self, operations: &[RecordOperation], catalog: &Catalog) {
        let at = clock::now();
        for operation in operations {
            let Some(object) = catalog.object_named(&operation.object) else { continue };
            let inputs = match &operation.action {
                Action::Create { input } | Action::Update { input, .. } => [Some(input), None],
                Action::Upsert { by, input, .. } => [Some(input), Some(by)],
                _ => [None, None],
            };
            let names = inputs.into_iter().flatten().flat_map(|input| input.keys());
            let uses = names.filter_map(|name| {
                let field = object.field_named(name)?;
                Some((field.number, UseKind::Write, (field.name != *name).then_some(name.as_str())))
            });
            let own = called(object, &operation.object);
            self.engine.usage().count(self.slot(object), at, uses.chain(own));
        }
    }

    /// Counts that records of an object were read, under a name of it.
    pub(crate) fn count_read(&self, object: &Object, name: &str) {
        self.count_list(object, name, [].into_iter());
    }

    /// Counts that an object was called by an earlier name where none of its records is read
    /// by itself, as in a stream.
    pub(crate) fn count_called(&self, object: &Object, name: &str) {
        if object.name != name {
            self.engine.usage().count(self.slot(object), clock::now(), called(object, name).into_iter());
        }
    }

    /// Counts that records were read, with the fields by which they were chosen and ordered.
    pub(crate) fn count_list<'a>(
        &self,
        object: &Object,
        name: &'a str,
        fields: impl Iterator<Item = (&'a str, UseKind)>,
    ) {
        let uses = fields.filter_map(|(name, kind)| {
            let field = object.field_named(name)?;
            Some((field.number, kind, (field.name != name).then_some(name)))
        });
        let read = std::iter::once((WHOLE_OBJECT, UseKind::Read, None));
        let uses = read.chain(uses).chain(called(object, name));
        self.engine.usage().count(self.slot(object), clock::now(), uses);
    }

    fn slot(&self, object: &Object) -> Slot {
        let token = match self.identity() {
            Identity::Administrator(administrator) => administrator.token,
            Identity::Token { token, .. } => token,
        };
        (self.tenant.id, token, object.number)
    }
}

/// The use of an object's earlier name, if it was called by one.
fn called<'a>(object: &Object, name: &'a str) -> Option<(FieldNo, UseKind, Option<&'a str>)> {
    (object.name != name).then_some((WHOLE_OBJECT, UseKind::Alias, Some(name)))
}
