//! The thread that does what must not hold up a commit or a read: checkpoints, and
//! closing tenants that are not in use.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use kith_model::id::TenantId;

use super::error::is_io_failure;
use super::registry::Registry;
use super::tenant::Tenant;

/// Pages in the log at which it is copied to the file (80 MB). Measured: a checkpoint
/// every 1,000 pages costs a third of the writes and the 99th percentile.
const LOG_PAGES: i32 = 20_000;

/// Pages in the log at which readers, too, are made to let go of it, so that it starts
/// again from its beginning: unbroken reading would let it grow for ever.
const LOG_PAGES_MAX: i32 = 4 * LOG_PAGES;

/// How often the thread looks for idle tenants.
const LOOK: Duration = Duration::from_secs(15);

/// A tenant not used for so long is closed, and its memory given back.
const IDLE: Duration = Duration::from_secs(60);

/// What the thread is asked to do.
enum Task {
    Checkpoint { tenant: TenantId, pages: i32 },
    Close(Arc<Tenant>),
    Stop,
}

/// The thread; stopped and joined when this is dropped.
pub(super) struct Housekeeper {
    desk: Desk,
    thread: Option<JoinHandle<()>>,
}

/// Where tasks are handed in.
#[derive(Clone)]
pub(super) struct Desk(Sender<Task>);

impl Desk {
    /// Closes a tenant that the registry no longer knows.
    pub(super) fn close(&self, tenant: Arc<Tenant>) {
        // Without the thread (at the end) the tenant is closed right here.
        let _ = self.0.send(Task::Close(tenant));
    }

    /// A watch on a tenant's log.
    pub(super) fn watch(&self, tenant: TenantId) -> LogWatch {
        LogWatch { tenant, desk: self.clone(), due: Arc::new(AtomicI32::new(LOG_PAGES)) }
    }
}

/// Sees how a tenant's log grows and asks for checkpoints.
#[derive(Clone)]
pub(super) struct LogWatch {
    tenant: TenantId,
    desk: Desk,
    /// Pages at which the next checkpoint is asked for.
    due: Arc<AtomicI32>,
}

impl LogWatch {
    /// A commit left the log with so many pages.
    pub(super) fn committed(&self, pages: i32) {
        let due = self.due.load(Ordering::Relaxed);
        if pages >= due {
            self.due.store(pages.saturating_add(LOG_PAGES), Ordering::Relaxed);
            let _ = self.desk.0.send(Task::Checkpoint { tenant: self.tenant, pages });
        } else if pages < LOG_PAGES && due != LOG_PAGES {
            // The log began anew.
            self.due.store(LOG_PAGES, Ordering::Relaxed);
        }
    }
}

/// Tasks on their way to the thread.
pub(super) struct Tasks(Receiver<Task>);

/// A desk, and the tasks that will be handed in at it.
pub(super) fn desk() -> (Desk, Tasks) {
    let (sender, receiver) = mpsc::channel();
    (Desk(sender), Tasks(receiver))
}

impl Housekeeper {
    /// Starts the thread.
    pub(super) fn start(registry: Arc<Registry>, desk: Desk, tasks: Tasks) -> std::io::Result<Self> {
        let builder = std::thread::Builder::new().name("kith-housekeeper".to_owned());
        let thread = builder.spawn(move || work(&registry, &tasks.0))?;
        Ok(Self { desk, thread: Some(thread) })
    }
}

impl Drop for Housekeeper {
    fn drop(&mut self) {
        let _ = self.desk.0.send(Task::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the housekeeper panicked");
        }
    }
}

fn work(registry: &Arc<Registry>, tasks: &Receiver<Task>) {
    loop {
        match tasks.recv_timeout(LOOK) {
            Ok(Task::Checkpoint { tenant, pages }) => checkpoint(registry, tenant, pages),
            Ok(Task::Close(tenant)) => {
                drop(tenant);
                registry.closed();
            }
            Err(RecvTimeoutError::Timeout) => registry.close_idle(IDLE),
            Ok(Task::Stop) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    registry.close_all();
}

fn checkpoint(registry: &Arc<Registry>, tenant: TenantId, pages: i32) {
    // If it was closed meanwhile, that was its checkpoint.
    let Some(lease) = registry.lease_open(tenant) else { return };
    // Passive: neither readers nor the writer wait.
    let mode = if pages < LOG_PAGES_MAX { "passive" } else { "restart" };
    let connection = match lease.connect() {
        Ok(connection) => connection,
        Err(error) => {
            tracing::warn!(tenant.id = %tenant, error = %error, "no connection for a checkpoint");
            return;
        }
    };
    let done = connection.raw().query_row(&format!("pragma wal_checkpoint({mode})"), [], |_| Ok(()));
    if let Err(error) = done {
        if is_io_failure(&error) {
            lease.fence();
        }
        tracing::error!(tenant.id = %tenant, error = %error, "a checkpoint failed");
    }
}
