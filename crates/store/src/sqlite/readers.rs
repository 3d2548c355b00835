//! A tenant's reading connections.
//!
//! After a change of the tables a connection reads the whole schema anew with its next
//! statement, which takes long where there are many tables. Several that do so at once
//! also wait for each other, as SQLite counts its memory under one lock. So one after
//! another is made ready, by the housekeeper or by the first read that comes, and the
//! others wait for the one that is ready.

use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::snapshot::read_state;
use crate::error::Result;

/// How long a read waits for a connection that is ready and in use, before it makes one
/// ready that is behind: most reads are over by then.
const PATIENCE: Duration = Duration::from_millis(2);

/// The reading connections that are open.
#[derive(Default)]
pub(super) struct Readers {
    shelf: Mutex<Shelf>,
    /// Rung when a connection was put back, or is ready.
    bell: Condvar,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<Reader>,
    /// How often the tables have changed since the tenant was opened.
    changes: u64,
    /// Connections in use that are ready.
    ready_in_use: usize,
    /// Whether one is being made ready.
    is_at_work: bool,
}

/// A reading connection in use.
pub(super) struct Reader {
    connection: Connection,
    /// The change of the tables after which it was made ready.
    seen: u64,
}

impl Deref for Reader {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Readers {
    /// A connection that is ready; `open` makes one more. Blocks.
    ///
    /// # Errors
    /// When it cannot be opened, or cannot read.
    pub(super) fn take(&self, open: impl FnOnce() -> Result<Connection>) -> Result<Reader> {
        let mut shelf = self.lock();
        let started = Instant::now();
        let stale = loop {
            let present = shelf.changes;
            if let Some(place) = shelf.idle.iter().rposition(|reader| reader.seen == present) {
                shelf.ready_in_use += 1;
                return Ok(shelf.idle.swap_remove(place));
            }
            // What is idle now is behind the tables.
            let is_worth_waiting = shelf.ready_in_use > 0 && !shelf.idle.is_empty();
            let left = PATIENCE.saturating_sub(started.elapsed());
            if shelf.is_at_work {
                shelf = self.bell.wait(shelf).unwrap_or_else(PoisonError::into_inner);
            } else if is_worth_waiting && !left.is_zero() {
                let waited = self.bell.wait_timeout(shelf, left);
                shelf = waited.unwrap_or_else(PoisonError::into_inner).0;
            } else {
                break shelf.idle.pop();
            }
        };
        let seen = shelf.changes;
        shelf.is_at_work = true;
        drop(shelf);
        let connection = match stale {
            Some(reader) => Ok(reader.connection),
            None => open(),
        };
        let connection = connection.and_then(made_ready);
        let mut shelf = self.lock();
        shelf.is_at_work = false;
        shelf.ready_in_use += usize::from(connection.is_ok() && shelf.changes == seen);
        self.bell.notify_all();
        Ok(Reader { connection: connection?, seen })
    }

    /// A connection is back, outside any transaction; answers whether it is behind the
    /// tables.
    pub(super) fn put(&self, reader: Reader) -> bool {
        let mut shelf = self.lock();
        let is_behind = reader.seen != shelf.changes;
        shelf.ready_in_use = shelf.ready_in_use.saturating_sub(usize::from(!is_behind));
        shelf.idle.push(reader);
        self.bell.notify_all();
        is_behind
    }

    /// A connection is not to be used again.
    pub(super) fn close(&self, reader: Reader) {
        let mut shelf = self.lock();
        let was_ready = reader.seen == shelf.changes;
        shelf.ready_in_use = shelf.ready_in_use.saturating_sub(usize::from(was_ready));
        self.bell.notify_all();
        drop(shelf);
        drop(reader);
    }

    /// The tables have changed: no connection is ready.
    pub(super) fn outdate(&self) {
        let mut shelf = self.lock();
        shelf.changes += 1;
        shelf.ready_in_use = 0;
    }

    /// Makes the idle connections ready, one after another. Blocks.
    ///
    /// # Errors
    /// When one cannot read; it is closed.
    pub(super) fn make_ready(&self) -> Result<()> {
        let mut shelf = self.lock();
        loop {
            while shelf.is_at_work {
                shelf = self.bell.wait(shelf).unwrap_or_else(PoisonError::into_inner);
            }
            let seen = shelf.changes;
            let Some(place) = shelf.idle.iter().position(|reader| reader.seen != seen) else { return Ok(()) };
            let stale = shelf.idle.swap_remove(place);
            shelf.is_at_work = true;
            drop(shelf);
            let connection = made_ready(stale.connection);
            shelf = self.lock();
            shelf.is_at_work = false;
            self.bell.notify_all();
            shelf.idle.push(Reader { connection: connection?, seen });
        }
    }

    /// Closes those that are not in use.
    pub(super) fn clear(&self) {
        self.lock().idle.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        // No thread leaves it half done.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first statement on changed tables is the one that reads the schema.
fn made_ready(connection: Connection) -> Result<Connection> {
    read_state(&connection)?;
    Ok(connection)
}
