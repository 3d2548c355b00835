//! Databases for tests: empty, and gone with their owner.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kith_store::{PostgresOptions, SqliteOptions, Store};
use tempfile::TempDir;

use crate::postgres::Postgres;

/// Connections of a test's server: half for writes, half for reads.
const CONNECTIONS: usize = 6;

/// How long a server that was stopped may hold its folder.
const RELEASE: Duration = Duration::from_secs(5);

/// Which database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A database that only this test uses.
#[derive(Clone, Debug)]
pub enum Database {
    /// A data folder, removed with the last clone.
    Sqlite(Arc<TempDir>),
    /// The address of a fresh database on the PostgreSQL of this test process.
    Postgres(String),
}

impl Database {
    /// A fresh database.
    ///
    /// # Panics
    /// When it cannot be made; for PostgreSQL the message says what to install.
    pub async fn fresh(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite(Arc::new(folder())),
            Engine::Postgres => Self::Postgres(Postgres::fresh_database().await),
        }
    }

    /// Which engine it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// The data folder of an embedded database.
    #[must_use]
    pub fn data_dir(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(folder) => Some(folder.path()),
            Self::Postgres(_) => None,
        }
    }

    /// Opens it.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(&self) -> Store {
        match self {
            Self::Sqlite(folder) => open_folder(folder.path()).await,
            Self::Postgres(url) => {
                let mut options = PostgresOptions::new(url.clone());
                // Many tests share one PostgreSQL and its bound on connections.
                options.connections = CONNECTIONS;
                Store::open_postgres(options).await.expect("a test database opens")
            }
        }
    }
}

/// Opens a data folder. After a restart within one process, the last blocking thread of
/// the server before may hold the folder for a moment longer than the server itself.
async fn open_folder(folder: &Path) -> Store {
    let begun = Instant::now();
    loop {
        match Store::open_sqlite(SqliteOptions::new(folder)).await {
            Err(kith_store::Error::Unavailable(_)) if begun.elapsed() < RELEASE => {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            opened => return opened.expect("a test database opens"),
        }
    }
}

/// A folder in memory where the system has one: what survives a power cut is the crash
/// test's business, and the others need not wait for a disk.
pub(crate) fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.expect("a temporary folder can be made")
}
