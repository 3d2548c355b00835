//! Which tenants are open. At most so many at once: the one idle longest makes room,
//! one in use is never closed.

use std::collections::HashMap;
use std::ops::Deref;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kith_model::id::TenantId;
use tokio::sync::Notify;

use super::error::unavailable;
use super::folder::Folder;
use super::housekeeper::Desk;
use super::tenant::{Tenant, lock};
use crate::error::Result;

/// How long a caller waits until a tenant in use makes room.
const WAIT: Duration = Duration::from_secs(10);

/// Tenants that may be on their way to being closed, beside the open ones. When more
/// are, opening waits for closing.
const CLOSING_MAX: usize = 32;

/// The open tenants.
pub(super) struct Registry {
    folder: Folder,
    desk: Desk,
    limit: usize,
    open: Mutex<Open>,
    freed: Notify,
}

#[derive(Default)]
struct Open {
    tenants: HashMap<TenantId, Entry>,
    closing: usize,
}

struct Entry {
    tenant: Arc<Tenant>,
    leases: usize,
    used: Instant,
}

/// A tenant in use: it stays open as long as this lives.
pub(super) struct Lease {
    tenant: Arc<Tenant>,
    id: TenantId,
    registry: Arc<Registry>,
}

impl Deref for Lease {
    type Target = Tenant;
    fn deref(&self) -> &Tenant {
        &self.tenant
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut open = lock(&self.registry.open);
        if let Some(entry) = open.tenants.get_mut(&self.id) {
            entry.leases -= 1;
            entry.used = Instant::now();
            if entry.leases == 0 {
                self.registry.freed.notify_waiters();
            }
        }
    }
}

/// Why a tenant cannot be leased now.
enum Refusal {
    /// As many as may be are open and in use.
    Full,
    /// Its file failed and somebody still holds the old connections.
    Fenced,
}

impl Registry {
    /// Nothing is open.
    pub(super) fn new(folder: Folder, desk: Desk, limit: usize) -> Self {
        Self { folder, desk, limit: limit.max(1), open: Mutex::default(), freed: Notify::new() }
    }

    /// The data folder.
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// A tenant, whether it exists or not: its file is looked for when it is used.
    pub(super) async fn lease(self: &Arc<Self>, id: TenantId) -> Result<Lease> {
        match self.try_lease(id) {
            Ok(lease) => return Ok(lease),
            Err(Refusal::Fenced) => return Err(fenced()),
            Err(Refusal::Full) => {}
        }
        let room = async {
            loop {
                let mut freed = pin!(self.freed.notified());
                freed.as_mut().enable();
                match self.try_lease(id) {
                    Ok(lease) => return Ok(lease),
                    Err(Refusal::Fenced) => return Err(fenced()),
                    Err(Refusal::Full) => freed.await,
                }
            }
        };
        let in_time = tokio::time::timeout(WAIT, room).await;
        in_time.unwrap_or_else(|_| Err(unavailable("all tenants that may be open are in use")))
    }

    fn try_lease(self: &Arc<Self>, id: TenantId) -> Result<Lease, Refusal> {
        let mut open = lock(&self.open);
        let open = &mut *open;
        if let Some(entry) = open.tenants.get_mut(&id) {
            if !entry.tenant.is_fenced() {
                entry.leases += 1;
                return Ok(self.lease_of(id, &entry.tenant));
            }
            if entry.leases > 0 {
                return Err(Refusal::Fenced);
            }
            // The old connections are closed here and now: a new one beside them
            // would believe what they have in memory.
            open.tenants.remove(&id);
        }
        if open.tenants.len() >= self.limit {
            let idle = open.tenants.iter().filter(|(_, entry)| entry.leases == 0);
            let oldest = idle.min_by_key(|(_, entry)| entry.used).map(|(id, _)| *id);
            match oldest {
                Some(oldest) if open.closing < CLOSING_MAX => self.begin_close(open, oldest),
                _ => return Err(Refusal::Full),
            }
        }
        let tenant = Arc::new(Tenant::new(id, self.folder.tenant(id), self.desk.watch(id)));
        let lease = self.lease_of(id, &tenant);
        open.tenants.insert(id, Entry { tenant, leases: 1, used: Instant::now() });
        Ok(lease)
    }

    /// A tenant, if it is open.
    pub(super) fn lease_open(self: &Arc<Self>, id: TenantId) -> Option<Lease> {
        let mut open = lock(&self.open);
        let entry = open.tenants.get_mut(&id).filter(|entry| !entry.tenant.is_fenced())?;
        entry.leases += 1;
        Some(self.lease_of(id, &entry.tenant))
    }

    fn lease_of(self: &Arc<Self>, id: TenantId, tenant: &Arc<Tenant>) -> Lease {
        Lease { tenant: Arc::clone(tenant), id, registry: Arc::clone(self) }
    }

    /// Closes tenants not used for so long. Called by the housekeeper.
    pub(super) fn close_idle(&self, idle: Duration) {
        let stale: Vec<Entry> = {
            let mut open = lock(&self.open);
            let is_stale =
                |_: &TenantId, entry: &mut Entry| entry.leases == 0 && entry.used.elapsed() >= idle;
            open.tenants.extract_if(is_stale).map(|(_, entry)| entry).collect()
        };
        if !stale.is_empty() {
            drop(stale);
            self.freed.notify_waiters();
        }
    }

    /// Closes what is not in use; the rest closes itself when its last user is done.
    pub(super) fn close_all(&self) {
        self.close_idle(Duration::ZERO);
    }

    fn begin_close(&self, open: &mut Open, id: TenantId) {
        if let Some(entry) = open.tenants.remove(&id) {
            open.closing += 1;
            self.desk.close(entry.tenant);
        }
    }

    /// A tenant handed to the housekeeper is closed.
    pub(super) fn closed(&self) {
        let mut open = lock(&self.open);
        open.closing = open.closing.saturating_sub(1);
        drop(open);
        self.freed.notify_waiters();
    }

    /// How many tenants are open.
    #[cfg(test)]
    pub(super) fn open_count(&self) -> usize {
        lock(&self.open).tenants.len()
    }
}

fn fenced() -> crate::error::Error {
    unavailable("the tenant's file failed and is still in use")
}
