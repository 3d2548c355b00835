//! An open tenant: its file, one connection that writes and a few that read. They are
//! opened when they are first needed.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use kith_model::id::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::Connection;
use super::error::unavailable;
use super::housekeeper::LogWatch;
use super::readers::{Reader, Readers};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::system::Layout;

/// Connections that read one tenant at the same time: about one per core of a small
/// machine; a read takes microseconds, so more would only wait on each other.
const READERS: usize = 2;

/// How long a read or write waits for a connection before it is told to come again.
const WAIT: Duration = Duration::from_secs(10);

/// A tenant's file and the connections to it.
pub(super) struct Tenant {
    id: TenantId,
    path: PathBuf,
    readable: Arc<Semaphore>,
    writable: Arc<Semaphore>,
    readers: Readers,
    writer: Mutex<Option<Connection>>,
    is_checked: Mutex<bool>,
    is_fenced: AtomicBool,
    watch: LogWatch,
}

impl Tenant {
    /// Opens nothing yet.
    pub(super) fn new(id: TenantId, path: PathBuf, watch: LogWatch) -> Self {
        Self {
            id,
            path,
            readable: Arc::new(Semaphore::new(READERS)),
            writable: Arc::new(Semaphore::new(1)),
            readers: Readers::default(),
            writer: Mutex::default(),
            is_checked: Mutex::default(),
            is_fenced: AtomicBool::new(false),
            watch,
        }
    }

    /// Waits for the right to use a reading connection.
    pub(super) async fn wait_to_read(&self) -> Result<OwnedSemaphorePermit> {
        wait(&self.readable).await
    }

    /// Waits for the right to use the writing connection.
    pub(super) async fn wait_to_write(&self) -> Result<OwnedSemaphorePermit> {
        wait(&self.writable).await
    }

    /// Keeps the writer from beginning, from a thread that may block; none when it does
    /// not end within the time.
    pub(super) fn block_writer(&self, time: Duration) -> Option<OwnedSemaphorePermit> {
        let mut acquired = pin!(Arc::clone(&self.writable).acquire_owned());
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let deadline = Instant::now() + time;
        loop {
            match acquired.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(permit) => return permit.ok(),
                Poll::Pending => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    std::thread::park_timeout(left);
                }
            }
        }
    }

    /// A reading connection; the caller has the right to one. Blocks.
    pub(super) fn take_reader(&self) -> Result<Reader> {
        self.readers.take(|| {
            let reader = self.connect()?;
            reader.raw().execute_batch("pragma query_only = on")?;
            Ok(reader)
        })
    }

    /// Gives a reading connection back, outside any transaction.
    pub(super) fn put_reader(&self, reader: Reader) {
        if self.is_fenced() {
            self.readers.close(reader);
        } else if self.readers.put(reader) {
            self.watch.tables_changed();
        }
    }

    /// Takes note of a reading connection that cannot be used again.
    pub(super) fn close_reader(&self, reader: Reader) {
        self.readers.close(reader);
    }

    /// The tables have changed: the housekeeper makes the reading connections ready again.
    pub(super) fn outdate_readers(&self) {
        self.readers.outdate();
        self.watch.tables_changed();
    }

    /// Makes the reading connections ready that are not in use. Blocks.
    pub(super) fn make_readers_ready(&self) -> Result<()> {
        self.readers.make_ready()
    }

    /// The writing connection; the caller has the right to it.
    pub(super) fn take_writer(&self) -> Result<Connection> {
        if let Some(writer) = lock(&self.writer).take() {
            return Ok(writer);
        }
        let mut writer = self.connect()?;
        // The mode is kept in the file; a file that was copied here may have lost it.
        writer.raw().query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
        let watch = self.watch.clone();
        writer.raw_mut().wal_hook(Some(move |_: &mut _, pages| {
            watch.committed(pages);
            Ok(())
        }))?;
        Ok(writer)
    }

    /// Gives the writing connection back, outside any transaction.
    pub(super) fn put_writer(&self, writer: Connection) {
        if !self.is_fenced() {
            *lock(&self.writer) = Some(writer);
        }
    }

    /// A connection for a checkpoint: one that never looks at the schema.
    pub(super) fn connect_to_log(&self) -> Result<Connection> {
        self.expect_whole()?;
        Connection::open_to_log(&self.path)
    }

    fn connect(&self) -> Result<Connection> {
        self.expect_whole()?;
        let mut is_checked = lock(&self.is_checked);
        if *is_checked {
            drop(is_checked);
            return Connection::open(&self.path);
        }
        let opened = self.open_first();
        match &opened {
            Ok(_) => *is_checked = true,
            // The next use looks afresh.
            Err(_) => self.fence(),
        }
        opened
    }

    fn open_first(&self) -> Result<Connection> {
        if !self.path.try_exists().map_err(super::error::from_io)? {
            return Err(Error::NoTenant);
        }
        let connection = Connection::open(&self.path)?;
        migrate(&connection, Layout::TENANT)?;
        Ok(connection)
    }

    /// Nothing more is done with these connections: what they hold of the file can no
    /// longer be relied on. The tenant is opened afresh once they are out of use.
    pub(super) fn fence(&self) {
        self.is_fenced.store(true, Ordering::Release);
    }

    fn expect_whole(&self) -> Result<()> {
        if self.is_fenced() {
            return Err(unavailable("the tenant's file failed and is about to be reopened"));
        }
        Ok(())
    }

    /// Whether the tenant waits to be opened afresh.
    pub(super) fn is_fenced(&self) -> bool {
        self.is_fenced.load(Ordering::Acquire)
    }
}

impl Drop for Tenant {
    /// Closes all connections; what is in the log goes to the file.
    fn drop(&mut self) {
        self.readers.clear();
        let writer = lock(&self.writer).take();
        if let Some(writer) = writer.filter(|_| !self.is_fenced())
            && let Err(error) = writer.raw().query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
        {
            // The log stays; it is read at the next opening.
            tracing::warn!(tenant.id = %self.id, error = %error, "the last checkpoint of a tenant failed");
        }
    }
}

/// Wakes a thread that waits for a future by itself.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Brings the tables of a file to the layout of this program.
pub(super) fn migrate(connection: &Connection, layout: Layout) -> Result<()> {
    if !layout.is_behind(layout_version(connection, layout)?)? {
        return Ok(());
    }
    connection.raw().execute_batch("begin immediate")?;
    // Another connection may have been faster.
    let migrated = layout_version(connection, layout).and_then(|version| {
        let statements = layout.migrate(Dialect::Sqlite, version);
        statements.iter().try_for_each(|sql| connection.raw().execute_batch(sql).map_err(Error::from))
    });
    connection.raw().execute_batch(if migrated.is_ok() { "commit" } else { "rollback" })?;
    migrated
}

fn layout_version(connection: &Connection, layout: Layout) -> Result<i64> {
    let is_there = connection.raw().table_exists(None, layout.table())?;
    if !is_there {
        return Ok(0);
    }
    Ok(connection.raw().query_row(&layout.version(Dialect::Sqlite), [], |row| row.get(0))?)
}

async fn wait(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    let permit = match Arc::clone(semaphore).try_acquire_owned() {
        Ok(permit) => return Ok(permit),
        Err(_) => tokio::time::timeout(WAIT, Arc::clone(semaphore).acquire_owned()).await,
    };
    match permit {
        Ok(Ok(permit)) => Ok(permit),
        // Nobody closes the semaphore; a timeout is what happens.
        Ok(Err(_)) | Err(_) => Err(unavailable("no connection to the tenant came free in time")),
    }
}

/// Locks what no thread leaves half done: a panic elsewhere does not spoil it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
