//! One connection to one file, set up as this engine needs it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kith_model::catalog::Object;
use kith_model::id::ObjectNo;
use kith_model::journal::SchemaVersion;
use rusqlite::wal::CheckpointMode;
use rusqlite::{CachedStatement, OpenFlags};

use crate::dialect::Dialect;
use crate::error::Result;
use crate::text;

/// How long a connection waits for another one's lock on the file: a checkpoint that
/// empties the log, or somebody's backup.
const BUSY: Duration = Duration::from_secs(5);

/// The most page cache a connection may hold, in KiB. All share one budget, the soft
/// heap limit, so this only bounds what one tenant can take of it; the file is in the
/// system's cache besides.
const CACHE_KIB: i64 = 16 * 1024;

/// The log's file is cut back to this when it begins anew: beyond what checkpoints let
/// it become in steady writing, so that it is not cut all the time.
const LOG_BYTES: i64 = 256 * 1024 * 1024;

/// Prepared statements a connection keeps: a few for each of the objects in use.
const STATEMENTS: usize = 96;

/// Steps of SQLite's machine between two looks at the clock (well under a millisecond).
const STEPS_PER_LOOK: i32 = 10_000;

/// A connection with its time limit and the texts it uses again and again.
pub(super) struct Connection {
    raw: rusqlite::Connection,
    deadline: Arc<Deadline>,
    by_id: RefCell<HashMap<ObjectNo, (SchemaVersion, Arc<str>)>>,
}

impl Connection {
    /// Opens a file that exists.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut raw = open_file(path)?;
        raw.set_prepared_statement_cache_capacity(STATEMENTS);
        // What is purged is overwritten, not only unlinked: `secure_delete`.
        raw.execute_batch(&format!(
            "pragma foreign_keys = on;
             pragma synchronous = full;
             pragma wal_autocheckpoint = 0;
             pragma journal_size_limit = {LOG_BYTES};
             pragma cache_size = -{CACHE_KIB};
             pragma secure_delete = on;
             pragma trusted_schema = off;"
        ))?;
        let deadline = Arc::new(Deadline::default());
        let watched = Arc::clone(&deadline);
        raw.progress_handler(STEPS_PER_LOOK, Some(move || watched.has_passed()))?;
        Ok(Self { raw, deadline, by_id: RefCell::default() })
    }

    /// Opens a file that exists, to copy its log. Its schema is not read, which takes long
    /// where there are many tables.
    pub(super) fn open_to_log(path: &Path) -> Result<Self> {
        let raw = open_file(path)?;
        // A look at the file's head: without it the log is not noticed.
        raw.query_row("pragma data_version", [], |_| Ok(()))?;
        Ok(Self { raw, deadline: Arc::default(), by_id: RefCell::default() })
    }

    /// Copies what it can of the log without waiting for anybody; answers the pages in the
    /// log, and those copied of them.
    pub(super) fn checkpoint_passively(&self) -> Result<(i32, i32)> {
        let (pages, copied) = self.raw.wal_checkpoint_v2(Some("main"), CheckpointMode::PASSIVE)?;
        Ok((pages.max(0), copied.max(0)))
    }

    /// SQLite's own connection.
    pub(super) fn raw(&self) -> &rusqlite::Connection {
        &self.raw
    }

    /// The same, to set a hook.
    pub(super) fn raw_mut(&mut self) -> &mut rusqlite::Connection {
        &mut self.raw
    }

    /// A statement, prepared before or now.
    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, rusqlite::Error> {
        self.raw.prepare_cached(sql)
    }

    /// Runs a statement that gives nothing and takes nothing.
    pub(super) fn run(&self, sql: &str) -> Result<usize, rusqlite::Error> {
        self.prepare(sql)?.raw_execute()
    }

    /// From now on statements are interrupted after this time.
    pub(super) fn limit(&self, time: Duration) {
        self.deadline.set(time);
    }

    /// From now on statements take the time they take.
    pub(super) fn unlimit(&self) {
        self.deadline.clear();
    }

    /// The text that reads a record of an object by its id.
    pub(super) fn by_id_text(&self, object: &Object) -> Arc<str> {
        let mut texts = self.by_id.borrow_mut();
        match texts.get(&object.number) {
            Some((version, text)) if *version == object.schema_version => Arc::clone(text),
            _ => {
                let text: Arc<str> = text::record::by_id(Dialect::Sqlite, object).into();
                texts.insert(object.number, (object.schema_version, Arc::clone(&text)));
                text
            }
        }
    }

    /// Forgets all prepared statements: the tables have changed.
    pub(super) fn forget_statements(&self) {
        self.raw.flush_prepared_statement_cache();
    }
}

fn open_file(path: &Path) -> Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let raw = rusqlite::Connection::open_with_flags(path, flags)?;
    raw.busy_timeout(BUSY)?;
    Ok(raw)
}

/// A point in time that a progress handler can look at.
struct Deadline {
    start: Instant,
    /// Microseconds after `start`.
    at: AtomicU64,
}

impl Default for Deadline {
    fn default() -> Self {
        Self { start: Instant::now(), at: AtomicU64::new(u64::MAX) }
    }
}

impl Deadline {
    fn set(&self, time: Duration) {
        self.at.store(micros(self.start.elapsed() + time), Ordering::Relaxed);
    }

    fn clear(&self) {
        self.at.store(u64::MAX, Ordering::Relaxed);
    }

    fn has_passed(&self) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at != u64::MAX && micros(self.start.elapsed()) > at
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
