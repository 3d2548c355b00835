//! A tenant as this process has it open: its catalog, its latest known state, and the
//! queue of its lane.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use kith_model::catalog::{Catalog, Definition};
use kith_model::fault::{Code, Fault};
use kith_model::id::TenantId;
use kith_model::journal::{Position, SchemaVersion, TenantState};
use kith_model::limits;
use kith_store::{Error as StoreError, Seen, Store};
use tokio::sync::watch;

use crate::background::Background;
use crate::error::Result;
use crate::lane::Job;
use crate::position::AtLeast;

/// How long a read waits for the position it asks for.
const POSITION_WAIT: Duration = Duration::from_secs(limits::MIN_POSITION_SECONDS);

/// How often a waiting read looks at the database itself: other nodes' hints may be lost.
const POSITION_POLL: Duration = Duration::from_millis(50);

/// How often a read is tried anew because the schema has moved on meanwhile.
const SCHEMA_TRIES: usize = 5;

/// A tenant that is open in this process.
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) store: Store,
    catalog: ArcSwap<Catalog>,
    /// The latest state this process knows of; consumers wait on it.
    head: watch::Sender<TenantState>,
    pub(crate) queue: Mutex<Queue>,
    /// What runs for it here beside the requests.
    pub(crate) background: Background,
}

/// Submissions that wait for the lane.
#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) jobs: VecDeque<Job>,
    /// Whether the lane is at work or on its way.
    pub(crate) is_running: bool,
}

impl Tenant {
    /// Opens a tenant: reads its definitions and its state.
    pub(crate) async fn open(store: Store, id: TenantId) -> Result<Self> {
        let Seen { state, value } = store.definitions(id, SchemaVersion(0)).await?;
        let catalog = Catalog::compile(state.schema_version, value);
        Ok(Self {
            id,
            store,
            catalog: ArcSwap::from_pointee(catalog),
            head: watch::Sender::new(state),
            queue: Mutex::default(),
            background: Background::default(),
        })
    }

    /// The latest catalog this process knows of.
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    /// The latest state this process knows of.
    pub(crate) fn head(&self) -> TenantState {
        *self.head.borrow()
    }

    /// To wait for a later state.
    pub(crate) fn watch(&self) -> watch::Receiver<TenantState> {
        self.head.subscribe()
    }

    /// Takes note of a state; an older one than is known changes nothing.
    pub(crate) fn advance(&self, state: &TenantState) {
        self.head.send_if_modified(|head| {
            let is_news = state.history != head.history
                || state.last_position > head.last_position
                || state.first_position > head.first_position;
            if is_news {
                *head = *state;
            }
            is_news
        });
    }

    /// Takes a catalog that is newer than the one known.
    pub(crate) fn adopt(&self, catalog: &Arc<Catalog>) {
        self.catalog
            .rcu(|known| if catalog.version() > known.version() { catalog.clone() } else { known.clone() });
    }

    /// The catalog that these later definitions make of the known one.
    pub(crate) fn extend_catalog(
        &self,
        version: SchemaVersion,
        definitions: Vec<Definition>,
    ) -> Arc<Catalog> {
        let catalog = Arc::new(self.catalog().with(version, definitions));
        self.adopt(&catalog);
        catalog
    }

    /// Reads under the catalog in force, as of at least a position.
    pub(crate) async fn read<T, F, R>(&self, at_least: &AtLeast, read: F) -> Result<(Arc<Catalog>, Seen<T>)>
    where
        // Not `AsyncFn`: of a future that borrows its argument it cannot be told yet
        // that it may move between threads.
        F: Fn(Arc<Catalog>) -> R,
        R: Future<Output = Result<Seen<T>, StoreError>>,
    {
        self.reach(at_least).await?;
        for _ in 0..SCHEMA_TRIES {
            let catalog = self.catalog();
            match read(Arc::clone(&catalog)).await {
                Ok(seen) if seen.state.schema_version == catalog.version() => {
                    self.advance(&seen.state);
                    return Ok((catalog, seen));
                }
                // Whoever was first has brought the catalog up to date for all.
                Ok(_) | Err(StoreError::SchemaChanged) if self.catalog().version() > catalog.version() => {}
                Ok(_) | Err(StoreError::SchemaChanged) => self.refresh().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::SchemaChanged.into())
    }

    /// Brings the known catalog up to date.
    pub(crate) async fn refresh(&self) -> Result<()> {
        let since = self.catalog().version();
        let Seen { state, value } = self.store.definitions(self.id, since).await?;
        if state.schema_version > since {
            self.extend_catalog(state.schema_version, value);
        }
        self.advance(&state);
        Ok(())
    }

    /// Waits until this node can read what the caller has seen elsewhere.
    async fn reach(&self, at_least: &AtLeast) -> Result<()> {
        let Some(wanted) = at_least.0 else { return Ok(()) };
        let deadline = Instant::now() + POSITION_WAIT;
        let mut watch = self.watch();
        loop {
            let state = self.head();
            if state.last_position >= wanted.position {
                return Ok(wanted.check_history(&state)?);
            }
            let state = self.store.state(self.id).await?;
            self.advance(&state);
            wanted.check_history(&state)?;
            if state.last_position >= wanted.position {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(not_reached(wanted.position, &state).into());
            }
            let _ = tokio::time::timeout(POSITION_POLL, watch.changed()).await;
        }
    }

    /// The lane's queue. A panic while it was held left it whole: nothing in there can.
    pub(crate) fn lock_queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_reached(wanted: Position, state: &TenantState) -> Fault {
    let message = format!("position {wanted} was not reached; the last position is {}", state.last_position);
    Fault::new(Code::PositionNotReached, message).hint("retry, or read without `Kith-Min-Position`")
}
