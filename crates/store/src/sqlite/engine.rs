//! The engine: what it owns, and how work is put where it may block.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use kith_model::id::TenantId;
use kith_model::journal::{Position, TenantState};

use super::connection::Connection;
use super::control::open_control;
use super::error::{from_io, unavailable};
use super::folder::Folder;
use super::housekeeper::{self, Housekeeper};
use super::registry::Registry;
use super::tenant::lock;
use super::writing::Writing;
use crate::error::Result;
use crate::gather::Gathers;

/// How the embedded engine is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder; made if it is not there. One process owns it.
    pub dir: PathBuf,
    /// Most tenants that are open at once; each has up to six file handles.
    pub open_tenants_max: usize,
    /// What SQLite may hold in memory for all open tenants together, in bytes: beyond
    /// it a page that is read takes the place of another.
    pub memory_bytes: usize,
}

impl Options {
    /// The defaults, for a folder: 200 open tenants, 64 MiB of memory.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), open_tenants_max: 200, memory_bytes: 64 * 1024 * 1024 }
    }
}

/// The embedded engine.
pub struct Sqlite {
    control: Arc<Mutex<Connection>>,
    registry: Arc<Registry>,
    gathers: Gathers,
    /// Dropped last: its thread closes what is still open.
    _housekeeper: Housekeeper,
}

impl Sqlite {
    /// Takes the data folder and opens the control file; tenants are opened when used.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process uses it.
    pub async fn open(options: Options) -> Result<Self> {
        blocking(move || Self::open_now(&options)).await
    }

    fn open_now(options: &Options) -> Result<Self> {
        let folder = Folder::take(&options.dir)?;
        folder.sweep()?;
        let control = open_control(&folder)?;
        // The limit is the process's: SQLite gives pages back across connections.
        control.raw().execute_batch(&format!("pragma soft_heap_limit = {}", options.memory_bytes))?;
        let (desk, tasks) = housekeeper::desk();
        let registry = Arc::new(Registry::new(folder, desk.clone(), options.open_tenants_max));
        let housekeeper = Housekeeper::start(Arc::clone(&registry), desk, tasks).map_err(from_io)?;
        Ok(Self {
            control: Arc::new(Mutex::new(control)),
            registry,
            gathers: Gathers::default(),
            _housekeeper: housekeeper,
        })
    }

    /// The open tenants.
    pub(super) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Point reads that wait to go together.
    pub(super) fn gathers(&self) -> &Gathers {
        &self.gathers
    }

    /// The control file, for work that touches more than it.
    pub(super) fn control_file(&self) -> Arc<Mutex<Connection>> {
        Arc::clone(&self.control)
    }

    /// Uses the control file where it may block.
    pub(super) async fn control<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let control = self.control_file();
        blocking(move || work(&lock(&control))).await
    }

    /// Begins a write transaction and locks the tenant's row. Blocks: a lane calls it
    /// from a thread of its own.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`], or when the tenant cannot be opened.
    pub async fn grant(&self, tenant: TenantId) -> Result<(Writing, TenantState)> {
        let lease = self.registry.lease(tenant).await?;
        let permit = lease.wait_to_write().await?;
        Writing::begin(lease, permit)
    }

    /// A small write of our own bookkeeping, in a transaction, where it may block.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        tenant: TenantId,
        work: impl FnOnce(&Connection, &TenantState) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let lease = self.registry.lease(tenant).await?;
        let permit = lease.wait_to_write().await?;
        blocking(move || {
            let (writing, state) = Writing::begin(lease, permit)?;
            writing.keep(&state, work)
        })
        .await
    }

    /// One process owns the folder: there is nobody to tell.
    ///
    /// # Errors
    /// None.
    pub async fn notify(&self, _tenants: Vec<(TenantId, Position)>) -> Result<()> {
        Ok(())
    }

    /// One process owns the folder: there is nobody to hear.
    ///
    /// # Errors
    /// None.
    pub async fn listen(&self) -> Result<Option<tokio::sync::mpsc::Receiver<(TenantId, Position)>>> {
        Ok(None)
    }
}

/// Runs what blocks on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(unavailable("the runtime is shutting down")),
        },
    }
}
