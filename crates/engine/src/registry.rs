//! The tenants that this process has open: opened on first use, closed when idle and
//! too many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kith_model::id::TenantId;
use kith_store::Store;
use tokio::sync::OnceCell;

use crate::error::Result;
use crate::tenant::Tenant;

/// Most tenants open at once. An open tenant is its catalog and a queue; connections
/// are the store's and have a lower bound of their own.
const OPEN_MAX: usize = 2_000;

type Slot = Arc<OnceCell<Arc<Tenant>>>;

/// The open tenants.
pub(crate) struct Registry {
    store: Store,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    open: HashMap<TenantId, (Slot, u64)>,
    uses: u64,
}

impl Registry {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, slots: Mutex::default() }
    }

    /// A tenant, opened if need be; callers that come at once share one opening.
    pub(crate) async fn get(&self, id: TenantId) -> Result<Arc<Tenant>> {
        let slot = self.slot(id);
        let opened =
            slot.get_or_try_init(|| async { Tenant::open(self.store.clone(), id).await.map(Arc::new) }).await;
        match opened {
            Ok(tenant) => Ok(tenant.clone()),
            Err(error) => {
                self.lock().open.remove(&id);
                Err(error)
            }
        }
    }

    /// A tenant if it is open.
    pub(crate) fn peek(&self, id: TenantId) -> Option<Arc<Tenant>> {
        self.lock().open.get(&id).and_then(|(slot, _)| slot.get().cloned())
    }

    /// All tenants that are open.
    pub(crate) fn all(&self) -> Vec<Arc<Tenant>> {
        self.lock().open.values().filter_map(|(slot, _)| slot.get().cloned()).collect()
    }

    fn slot(&self, id: TenantId) -> Slot {
        let mut slots = self.lock();
        slots.uses += 1;
        let uses = slots.uses;
        if slots.open.len() >= OPEN_MAX && !slots.open.contains_key(&id) {
            slots.close_idle();
        }
        let entry = slots.open.entry(id).or_insert_with(|| (Slot::default(), uses));
        entry.1 = uses;
        entry.0.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Forgets the least recently used tenth of the tenants that nobody holds.
    fn close_idle(&mut self) {
        let is_idle = |slot: &Slot| {
            Arc::strong_count(slot) == 1 && slot.get().is_none_or(|tenant| Arc::strong_count(tenant) == 1)
        };
        let mut idle: Vec<(u64, TenantId)> = self
            .open
            .iter()
            .filter(|(_, (slot, _))| is_idle(slot))
            .map(|(id, (_, used))| (*used, *id))
            .collect();
        idle.sort_unstable();
        for (_, id) in idle.into_iter().take(OPEN_MAX / 10) {
            self.open.remove(&id);
        }
    }
}
