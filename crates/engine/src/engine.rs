//! The engine itself: the store, the open tenants, and the services that run beside
//! the requests.

use std::sync::Arc;

use kith_model::id::RequestId;
use kith_model::time::Timestamp;
use kith_store::{OrganizationToken, Store};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::clock;
use crate::error::Result;
use crate::identify::Memory;
use crate::registry::Registry;
use crate::service::Services;
use crate::usage::Usage;
use crate::{service, token};

/// How the engine runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many days journals keep what changed, for tenants that do not say; `None` for ever.
    pub retention_days: Option<u32>,
    /// Lanes that write at the same time. Each holds a connection, so on PostgreSQL this
    /// stays below the size of its pool.
    pub lanes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { retention_days: None, lanes_max: 8 }
    }
}

/// Kith's engine. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    options: Options,
    registry: Registry,
    memory: Memory,
    usage: Usage,
    lanes: Arc<Semaphore>,
    closing: watch::Sender<bool>,
    /// Who this run of the program is, where work is held under a lease.
    node: Uuid,
    services: Services,
}

impl Engine {
    /// Starts the engine over a store, with its services.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn start(store: Store, options: Options) -> Result<Self> {
        let inner = Inner {
            node: node(&store)?,
            registry: Registry::new(store.clone()),
            memory: Memory::default(),
            usage: Usage::default(),
            lanes: Arc::new(Semaphore::new(options.lanes_max)),
            closing: watch::Sender::new(false),
            services: Services::default(),
            store,
            options,
        };
        let engine = Self { inner: Arc::new(inner) };
        service::start(&engine).await?;
        Ok(engine)
    }

    /// Makes the organization at the first start, and sees to an administrator's token:
    /// the one given, or, when there is none at all yet, a new one, whose text is answered.
    ///
    /// # Errors
    /// When the one given is not fit for it, or the store fails.
    pub async fn bootstrap(&self, given: Option<String>) -> Result<Option<String>> {
        let at = clock::now();
        let organization = self.store().ensure_organization(clock::organization_id(at)?, at).await?;
        let (text, is_new) = match given {
            Some(text) => {
                token::check_administrator(&text)?;
                (text, false)
            }
            None if self.store().has_organization_token().await? => return Ok(None),
            None => (token::new_administrator()?, true),
        };
        let token = OrganizationToken { id: clock::token_id(at)?, organization };
        self.store().put_organization_token(token, token::hash(&text), at).await?;
        Ok(is_new.then_some(text))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.store().ping().await?)
    }

    /// Ends streams and services, and waits for the lanes to finish what they have.
    pub async fn shutdown(&self) {
        self.inner.closing.send_replace(true);
        let all = u32::try_from(self.inner.options.lanes_max).unwrap_or(u32::MAX);
        // With every permit in hand no lane is at work.
        drop(self.inner.lanes.acquire_many(all).await);
        self.inner.services.join().await;
        crate::usage::flush(self).await;
    }

    /// True once the shutdown has begun: streams end, long polls answer.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.inner.closing.subscribe()
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        clock::now()
    }

    /// An id for a request.
    #[must_use]
    pub fn new_request_id(&self) -> RequestId {
        clock::request_id(clock::now()).unwrap_or(RequestId(uuid::Uuid::nil()))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.inner.memory
    }

    pub(crate) fn node(&self) -> Uuid {
        self.inner.node
    }

    pub(crate) fn usage(&self) -> &Usage {
        &self.inner.usage
    }

    pub(crate) fn lanes(&self) -> &Arc<Semaphore> {
        &self.inner.lanes
    }

    pub(crate) fn services(&self) -> &Services {
        &self.inner.services
    }
}

/// A folder has one process at a time, so what an earlier one held is this one's; the
/// nodes over one PostgreSQL are many.
fn node(store: &Store) -> Result<Uuid> {
    Ok(match store {
        Store::Sqlite(_) => Uuid::nil(),
        Store::Postgres(_) => Uuid::from_u128(clock::seed()?),
    })
}
