//! The thread that does what must not hold up a commit or a read: checkpoints, making
//! reading connections ready after a change of the tables, and closing tenants that are
//! not in use.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use kith_model::id::TenantId;

use super::connection::Connection;
use super::error::Failure;
use super::registry::Registry;
use super::tenant::Tenant;
use crate::error::Result;

/// New pages in the log after which they are copied to the file. Few at a time: the
/// sync of many keeps the disk busy, and every commit waiting.
const STEP_PAGES: i32 = 500;

/// Pages in the log at which it is made to begin anew (80 MB): under unbroken writing it
/// never would by itself.
const LOG_PAGES: i32 = 20_000;

/// Pages that may be left to copy when the writer is made to wait for it. It waits for
/// these and their sync, so they are few.
const REST_PAGES: i32 = 256;

/// Passive rounds before the writer is made to wait: each leaves what was written during
/// it, so they get shorter.
const ROUNDS: usize = 8;

/// How long the thread waits at most for the writer's turn to be over.
const TURN_WAIT: Duration = Duration::from_millis(500);

/// How often the thread looks for idle tenants.
const LOOK: Duration = Duration::from_secs(15);

/// A tenant not used for so long is closed, and its memory given back.
const IDLE: Duration = Duration::from_secs(60);

/// What the thread is asked to do.
enum Task {
    Checkpoint(LogWatch),
    Ready(TenantId),
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
        let log = Log { pages: AtomicI32::new(0), due: AtomicI32::new(STEP_PAGES) };
        LogWatch { tenant, desk: self.clone(), log: Arc::new(log) }
    }
}

/// Sees how a tenant's log grows and asks for checkpoints.
#[derive(Clone)]
pub(super) struct LogWatch {
    tenant: TenantId,
    desk: Desk,
    log: Arc<Log>,
}

/// What is known of a log.
struct Log {
    /// Pages in it after the last commit.
    pages: AtomicI32,
    /// Pages at which the next checkpoint is asked for.
    due: AtomicI32,
}

impl LogWatch {
    /// A commit left the log with so many pages.
    pub(super) fn committed(&self, pages: i32) {
        let due = self.log.due.load(Ordering::Relaxed);
        let has_begun_anew = pages < self.log.pages.swap(pages, Ordering::Relaxed);
        if has_begun_anew && due < i32::MAX {
            self.is_due_at(STEP_PAGES);
        } else if pages >= due {
            // Until this one is done no other is asked for.
            self.is_due_at(i32::MAX);
            let _ = self.desk.0.send(Task::Checkpoint(self.clone()));
        }
    }

    /// Connections are behind the tables.
    pub(super) fn tables_changed(&self) {
        // Without the thread the next read makes its connection ready itself.
        let _ = self.desk.0.send(Task::Ready(self.tenant));
    }

    fn is_due_at(&self, pages: i32) {
        self.log.due.store(pages, Ordering::Relaxed);
    }

    /// What was copied needs no copying again.
    fn is_copied_to(&self, pages: i32) {
        let begins_anew = self.log.pages.load(Ordering::Relaxed) < pages;
        self.is_due_at(if begins_anew { STEP_PAGES } else { pages.saturating_add(STEP_PAGES) });
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
            Ok(Task::Checkpoint(watch)) => checkpoint(registry, &watch),
            Ok(Task::Ready(tenant)) => make_ready(registry, tenant),
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

fn make_ready(registry: &Arc<Registry>, tenant: TenantId) {
    let Some(lease) = registry.lease_open(tenant) else { return };
    if let Err(error) = lease.make_readers_ready() {
        // The next read finds the same, and says so.
        tracing::warn!(tenant.id = %tenant, error = %error, "a connection was not made ready");
    }
}

fn checkpoint(registry: &Arc<Registry>, watch: &LogWatch) {
    // If it was closed meanwhile, that was its checkpoint.
    let Some(lease) = registry.lease_open(watch.tenant) else { return };
    let done = lease.connect_to_log().and_then(|connection| copy_log(&connection, &lease));
    match done {
        Ok(pages) => watch.is_copied_to(pages),
        Err(error) => {
            watch.is_due_at(STEP_PAGES);
            if error.is_of_the_disk() {
                lease.fence();
            }
            tracing::error!(tenant.id = %watch.tenant, error = %error, "a checkpoint failed");
        }
    }
}

/// Copies the log to the file, and has it begin anew if it is long; answers up to which
/// of its pages it is copied (0 when it begins anew).
pub(super) fn copy_log(connection: &Connection, tenant: &Tenant) -> Result<i32> {
    // Passive: neither readers nor the writer wait. What is written during it stays.
    let (mut log, copied) = connection.checkpoint_passively()?;
    if log < LOG_PAGES {
        return Ok(copied);
    }
    for _ in 0..ROUNDS {
        let before = std::mem::replace(&mut log, connection.checkpoint_passively()?.0);
        if log - before <= REST_PAGES {
            break;
        }
    }
    // The log begins anew with the commit that finds all of it copied: nothing may be
    // written meanwhile. The writer waits for its turn and not for SQLite's lock, which
    // it would poll with ever longer pauses. Readers are not waited for: the log then
    // goes on as it is.
    let turn = tenant.block_writer(TURN_WAIT);
    let (pages, copied) = connection.checkpoint_passively()?;
    drop(turn);
    Ok(if copied >= pages { 0 } else { copied })
}
