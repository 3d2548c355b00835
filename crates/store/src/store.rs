//! The two engines behind one door. Each method says what it does once, here; the
//! engines' modules say how.
//!
//! SQLite's calls block. Its reads run on the runtime's blocking threads; a lane runs
//! wholly on one, through [`Store::run`], so that its transaction never changes threads.

mod cursor;
mod export;
mod job;
mod matching;
mod query;
mod task;
mod version;

use std::future::Future;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition};
use kith_model::id::{ObjectNo, OrganizationId, RecordId, TenantId, TokenId};
use kith_model::journal::{Position, SchemaVersion, TenantState, Transaction as JournalRow};
use kith_model::record::{Row, Trashed};
use kith_model::time::Timestamp;

use crate::control::{NewTenant, OrganizationToken, Tenant};
use crate::error::Result;
use crate::query::{Entry, List, RecordHistory, Seen, Stretch, Token, VerifyPage};
use crate::transaction::Transaction;
use crate::{postgres, sqlite};

/// A store of organizations and tenants.
#[derive(Clone)]
pub enum Store {
    /// The embedded engine: one file per tenant.
    Sqlite(Arc<sqlite::Sqlite>),
    /// PostgreSQL: one schema per tenant.
    Postgres(Arc<postgres::Postgres>),
}

/// Calls the engine at hand.
macro_rules! engine {
    ($self:expr, $name:ident($($argument:expr),*)) => {
        match $self {
            Self::Sqlite(engine) => engine.$name($($argument),*).await,
            Self::Postgres(engine) => engine.$name($($argument),*).await,
        }
    };
}
pub(crate) use engine;

impl Store {
    /// Opens (and at the first start makes) the embedded store.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process uses it.
    pub async fn open_sqlite(options: sqlite::Options) -> Result<Self> {
        sqlite::Sqlite::open(options).await.map(|engine| Self::Sqlite(Arc::new(engine)))
    }

    /// Connects to PostgreSQL and brings the control tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached or is too old.
    pub async fn open_postgres(options: postgres::Options) -> Result<Self> {
        postgres::Postgres::open(options).await.map(|engine| Self::Postgres(Arc::new(engine)))
    }

    /// Runs a lane: where its database calls may block, on SQLite; as a task, on
    /// PostgreSQL. `make` is called there.
    pub fn run<M, F>(&self, make: M)
    where
        M: FnOnce() -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        match self {
            Self::Sqlite(_) => {
                let runtime = tokio::runtime::Handle::current();
                tokio::task::spawn_blocking(move || runtime.block_on(make()));
            }
            Self::Postgres(_) => {
                tokio::spawn(async move { make().await });
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        engine!(self, ping())
    }

    // Control.

    /// The first organization, made at the first start.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ensure_organization(&self, id: OrganizationId, at: Timestamp) -> Result<OrganizationId> {
        engine!(self, ensure_organization(id, at))
    }

    /// Whether any administrator's token exists.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_organization_token(&self) -> Result<bool> {
        engine!(self, has_organization_token())
    }

    /// Keeps an administrator's token by its hash; nothing happens if it is there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_organization_token(
        &self,
        token: OrganizationToken,
        hash: [u8; 32],
        at: Timestamp,
    ) -> Result<()> {
        engine!(self, put_organization_token(token, hash, at))
    }

    /// The administrator's token with this hash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn organization_token(&self, hash: [u8; 32]) -> Result<Option<OrganizationToken>> {
        engine!(self, organization_token(hash))
    }

    /// Makes a tenant, whole or not at all.
    ///
    /// # Errors
    /// [`crate::Error::NameTaken`] when the organization has one of that name.
    pub async fn create_tenant(&self, new: NewTenant) -> Result<()> {
        engine!(self, create_tenant(new))
    }

    /// A tenant by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>> {
        engine!(self, tenant(id))
    }

    /// An organization's tenants in id order, after a place.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tenants(
        &self,
        organization: OrganizationId,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<Tenant>> {
        engine!(self, tenants(organization, after, limit))
    }

    /// Sets how many days a tenant's journal keeps what changed.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`].
    pub async fn set_retention(&self, id: TenantId, days: Option<u32>) -> Result<()> {
        engine!(self, set_retention(id, days))
    }

    // Reads of one tenant. Each sees one snapshot and says which.

    /// The tenant's row.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`].
    pub async fn state(&self, tenant: TenantId) -> Result<TenantState> {
        engine!(self, state(tenant))
    }

    /// The definitions whose schema version is later than `since`.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`].
    pub async fn definitions(&self, tenant: TenantId, since: SchemaVersion) -> Result<Seen<Vec<Definition>>> {
        engine!(self, definitions(tenant, since))
    }

    /// The tenant's token with this hash, unless revoked.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`].
    pub async fn token(&self, tenant: TenantId, hash: [u8; 32]) -> Result<Seen<Option<Token>>> {
        engine!(self, token(tenant, hash))
    }

    /// The tenant's token with this id, revoked or not.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`].
    pub async fn token_of(&self, tenant: TenantId, id: TokenId) -> Result<Seen<Option<Token>>> {
        engine!(self, token_of(tenant, id))
    }

    /// The tenant's tokens in id order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(
        &self,
        tenant: TenantId,
        after: Option<TokenId>,
        limit: u32,
    ) -> Result<Seen<Vec<Token>>> {
        engine!(self, tokens(tenant, after, limit))
    }

    /// One live record.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn row(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        id: RecordId,
    ) -> Result<Seen<Option<Row>>> {
        engine!(self, row(tenant, catalog, object, id))
    }

    /// A page of live records.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn list(&self, tenant: TenantId, catalog: &Arc<Catalog>, list: List) -> Result<Seen<Vec<Row>>> {
        engine!(self, list(tenant, catalog, list))
    }

    /// One record of the trash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trashed(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Option<Trashed>>> {
        engine!(self, trashed(tenant, id))
    }

    /// An object's trash in id order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trash(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Seen<Vec<Trashed>>> {
        engine!(self, trash(tenant, object, after, limit))
    }

    /// Whole transactions with changes after a position, in order: as many as hold
    /// `limit` changes, but at least one. A position within a transaction gives the
    /// rest of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn changes(&self, tenant: TenantId, after: Position, limit: u32) -> Result<Seen<Vec<Entry>>> {
        engine!(self, changes(tenant, after, limit))
    }

    /// The same of some objects: from their first change after the position on, about
    /// `limit` changes, or fewer where they lie far apart.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn changes_of(
        &self,
        tenant: TenantId,
        objects: Vec<ObjectNo>,
        after: Position,
        limit: u32,
    ) -> Result<Seen<Stretch>> {
        engine!(self, changes_of(tenant, objects, after, limit))
    }

    /// The changes of one record after a position, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn history(
        &self,
        tenant: TenantId,
        record: RecordId,
        after: Position,
        limit: u32,
    ) -> Result<Seen<RecordHistory>> {
        engine!(self, history(tenant, record, after, limit))
    }

    /// The transactions that hold these positions, in order of position.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transactions(
        &self,
        tenant: TenantId,
        positions: Vec<Position>,
    ) -> Result<Seen<Vec<JournalRow>>> {
        engine!(self, transactions(tenant, positions))
    }

    /// A stretch of at most `limit` ids of an object, after a place, for the checker:
    /// every id that is in the table, in the trash or in the journal.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn verify(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Seen<VerifyPage>> {
        engine!(self, verify(tenant, catalog, object, after, limit))
    }

    // Housekeeping.

    /// Removes diffs of transactions before a time from the journal (the transactions
    /// themselves stay), at most `limit` changes in one go, under the tenant's row;
    /// moves `first_position`. Answers how many went.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retain(&self, tenant: TenantId, before: Timestamp, limit: u32) -> Result<u64> {
        engine!(self, retain(tenant, before, limit))
    }

    /// Removes kept answers made before a time, at most `limit` in one go.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_answers(&self, tenant: TenantId, before: Timestamp, limit: u32) -> Result<u64> {
        engine!(self, forget_answers(tenant, before, limit))
    }

    /// Tells other nodes that tenants have moved on (a hint; nothing on SQLite).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notify(&self, tenants: Vec<(TenantId, Position)>) -> Result<()> {
        engine!(self, notify(tenants))
    }

    /// What other nodes tell; `None` where there are none (SQLite).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn listen(&self) -> Result<Option<tokio::sync::mpsc::Receiver<(TenantId, Position)>>> {
        engine!(self, listen())
    }

    // Writing.

    /// Begins a write transaction and locks the tenant's row.
    ///
    /// # Errors
    /// [`crate::Error::NoTenant`], or when the store fails.
    pub async fn grant(&self, tenant: TenantId) -> Result<(Transaction, TenantState)> {
        match self {
            Self::Sqlite(engine) => {
                engine.grant(tenant).await.map(|(writing, state)| (Transaction::Sqlite(writing), state))
            }
            Self::Postgres(engine) => {
                engine.grant(tenant).await.map(|(writing, state)| (Transaction::Postgres(writing), state))
            }
        }
    }
}
