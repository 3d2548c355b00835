//! A server in the test's own process: the real engine behind the real HTTP, on a port
//! of its own.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kith_engine::Engine;
use kith_model::schema::TaskState;
use kith_store::{NewTenant, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::admin::Admin;
use crate::caller::Caller;
use crate::database::Database;
use crate::lane::{self, Held};
use crate::tenant::Tenant;

/// The administrator's token of every test server.
const ADMIN_TOKEN: &str = "administrator-of-the-tests";

/// Streams look after themselves at every heartbeat; no test waits 15 seconds for that.
const HEARTBEAT: Duration = Duration::from_millis(200);

/// A server. Clones are the same server.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    options: kith_engine::Options,
    request_timeout: Mutex<Duration>,
    address: SocketAddr,
    http: reqwest::Client,
    node: Mutex<Option<Node>>,
    tenants: Mutex<Vec<Tenant>>,
    names: AtomicUsize,
}

/// What runs; without one the server is stopped.
struct Node {
    store: Store,
    engine: Engine,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Starts a server on a database.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, kith_engine::Options::default()).await
    }

    /// Starts a server whose engine has other options.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(database: Database, options: kith_engine::Options) -> Self {
        let listener = listen("127.0.0.1:0".parse().expect("an address")).await;
        let address = listener.local_addr().expect("a listener has an address");
        let request_timeout = kith_api::Options::default().request_timeout;
        let node = Node::start(&database, &options, request_timeout, listener).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client is made");
        let inner = Inner {
            database,
            options,
            request_timeout: Mutex::new(request_timeout),
            address,
            http,
            node: Mutex::new(Some(node)),
            tenants: Mutex::new(Vec::new()),
            names: AtomicUsize::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    /// Its database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Somebody without a token.
    #[must_use]
    pub fn anonymous(&self) -> Caller {
        Caller::new(self.inner.http.clone(), self.url())
    }

    /// The administrator.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin::new(self.anonymous().with_token(ADMIN_TOKEN))
    }

    /// A fresh tenant, which is verified when the test ends.
    pub async fn tenant(&self) -> Tenant {
        let number = self.inner.names.fetch_add(1, Ordering::Relaxed) + 1;
        let tenant = self.admin().tenant(&format!("tenant-{number}.{}", self.inner.address.port())).await;
        self.tenants().push(tenant.clone());
        tenant
    }

    /// Stops it, as SIGTERM would.
    ///
    /// # Panics
    /// When it is stopped already, or does not stop well.
    pub async fn stop(&self) {
        let node = self.node().take().expect("the server runs");
        node.stop().await;
    }

    /// Starts it again on the same address, after [`Server::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_again(&self) {
        let listener = listen(self.inner.address).await;
        let request_timeout = *self.inner.request_timeout.lock().unwrap_or_else(PoisonError::into_inner);
        let node = Node::start(&self.inner.database, &self.inner.options, request_timeout, listener).await;
        *self.node() = Some(node);
    }

    /// Removes what the journal says changed in a tenant so far, as retention does with
    /// what is old; the server is restarted for it.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn expire_changes(&self, tenant: &Tenant) {
        self.stop().await;
        let id = tenant.id().parse().expect("a tenant's id");
        let store = self.database().open().await;
        let everything = kith_model::time::Timestamp::MAX;
        while store.retain(id, everything, 1000).await.expect("the store removes changes") > 0 {}
        drop(store);
        self.start_again().await;
    }

    /// Leaves a task that is under way as one that was given up; the server is restarted for
    /// it.
    ///
    /// # Panics
    /// When the task is not under way, or the store refuses.
    pub async fn give_up(&self, tenant: &Tenant, task: &str) {
        self.stop().await;
        let (tenant, id) = (tenant.id().parse().expect("a tenant's id"), task.parse().expect("a task's id"));
        let store = self.database().open().await;
        let found =
            store.task(tenant, id).await.expect("the store answers").value.expect("the task is there");
        assert_eq!(found.state, TaskState::Running, "it was too fast to be given up");
        let reason = Some("the database was away".to_owned());
        store.end_task(tenant, id, TaskState::Failed, reason, found.created_at).await.expect("it ends");
        drop(store);
        self.start_again().await;
    }

    /// Keeps everybody from writing to a tenant.
    pub async fn hold(&self, tenant: &Tenant) -> Held {
        let store = self.node().as_ref().expect("the server runs").store.clone();
        Held::of(&store, tenant).await
    }

    /// Fills the queue of a tenant that is held.
    pub async fn fill_queue(&self, tenant: &Tenant) {
        let engine = self.node().as_ref().expect("the server runs").engine.clone();
        lane::fill(&engine, tenant).await;
    }

    /// Gives requests no more than this time; the server is restarted for it.
    pub async fn limit_requests(&self, time: Duration) {
        self.stop().await;
        *self.inner.request_timeout.lock().unwrap_or_else(PoisonError::into_inner) = time;
        self.start_again().await;
    }

    /// Leaves a tenant as a crash does that comes before its first token; the server is
    /// restarted for it.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn leave_half_made(&self, name: &str) {
        self.stop().await;
        let store = self.database().open().await;
        let id = "org_01h455vb4pex5vsknk084sn02q".parse().expect("an id");
        let at = kith_model::time::Timestamp(1);
        let tenant = kith_store::Tenant {
            id: "tenant_01h455vb4pex5vsknk084sn02q".parse().expect("an id"),
            organization: store.ensure_organization(id, at).await.expect("the store answers"),
            name: name.to_owned(),
            created_at: at,
            retention_days: None,
        };
        let history = "history_01h455vb4pex5vsknk084sn02q".parse().expect("an id");
        store.create_tenant(NewTenant { tenant, history }).await.expect("the store makes a tenant");
        drop(store);
        self.start_again().await;
    }

    /// Verifies every tenant that was made here and stops.
    ///
    /// # Panics
    /// When a tenant is at fault.
    pub async fn finish(&self) {
        let tenants = self.tenants().clone();
        for tenant in tenants {
            tenant.verify().await;
        }
        let node = self.node().take();
        if let Some(node) = node {
            node.stop().await;
        }
    }

    fn tenants(&self) -> std::sync::MutexGuard<'_, Vec<Tenant>> {
        self.inner.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn node(&self) -> std::sync::MutexGuard<'_, Option<Node>> {
        self.inner.node.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    async fn start(
        database: &Database,
        options: &kith_engine::Options,
        request_timeout: Duration,
        listener: TcpListener,
    ) -> Self {
        let store = database.open().await;
        let engine = Engine::start(store.clone(), options.clone()).await.expect("the engine starts");
        engine.bootstrap(Some(ADMIN_TOKEN.to_owned())).await.expect("the administrator's token is taken");
        let (stop, stopped) = oneshot::channel();
        let until = async move {
            // A sender that is gone means the same: the test has ended.
            let _ = stopped.await;
        };
        let options =
            kith_api::Options { heartbeat: HEARTBEAT, request_timeout, ..kith_api::Options::default() };
        let serving = tokio::spawn(kith_api::serve(listener, engine.clone(), options, until));
        Self { store, engine, stop, serving }
    }

    async fn stop(self) {
        let Self { store, engine, stop, serving } = self;
        drop(store);
        // The receiver is gone when serving has ended by itself; the join tells why.
        let _ = stop.send(());
        serving.await.expect("serving does not panic").expect("serving ends well");
        engine.shutdown().await;
    }
}

async fn listen(address: SocketAddr) -> TcpListener {
    TcpListener::bind(address).await.expect("a port of this machine can be had")
}
