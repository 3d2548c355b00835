//! Tenants' schemas at the layout of this program: each is looked at when this process
//! first uses it, and brought forward if an earlier release made it.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kith_model::id::TenantId;
use tokio::sync::Semaphore;
use tokio_postgres::Row;

use super::codec::get;
use super::engine::Postgres;
use super::error::failed;
use super::flight::Call;
use super::pool::Pool;
use super::read::{Schema, absent};
use crate::error::{Error, Result};
use crate::system::Layout;
use crate::text::tenant::STATE;

/// Most tenants remembered to be ready; beyond that all are looked at again.
const READY_MAX: usize = 100_000;

/// Tenants brought forward at the same time, so that after an upgrade the others still
/// find connections.
const FORWARD_MAX: usize = 2;

/// Which tenants' schemas are ready for this program.
pub(super) struct Layouts {
    layout: Layout,
    lanes: Arc<Pool>,
    reads: Arc<Pool>,
    ready: Mutex<HashSet<TenantId>>,
    forward: Semaphore,
}

impl Postgres {
    /// The schema of a tenant, ready for the statements of this program.
    pub(super) async fn schema(&self, tenant: TenantId) -> Result<Schema> {
        self.layouts.make_ready(tenant).await?;
        Ok(Schema::of(tenant))
    }
}

impl Layouts {
    /// None is known to be ready yet.
    pub(super) fn new(layout: Layout, lanes: Arc<Pool>, reads: Arc<Pool>) -> Self {
        let forward = Semaphore::new(FORWARD_MAX);
        Self { layout, lanes, reads, ready: Mutex::default(), forward }
    }

    /// The layout that tenants are made with and brought to.
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Looks at a tenant's layout the first time, and brings it forward if it is behind.
    pub(super) async fn make_ready(self: &Arc<Self>, tenant: TenantId) -> Result<()> {
        if self.ready().contains(&tenant) {
            return Ok(());
        }
        let version = Call::once(self.layout.version(Schema::of(tenant).dialect()));
        let rows = self.reads.read(&[version]).await.map_err(absent)?;
        if self.layout.is_behind(version_of(rows.first())?)? {
            // A task of its own: if whoever asked gives up, it goes on, and is not begun
            // again and again by those who come later.
            let layouts = Arc::clone(self);
            let forward = tokio::spawn(async move { layouts.bring_forward(tenant).await });
            forward.await.map_err(|error| Error::Database(Box::new(error)))??;
        }
        self.note(tenant);
        Ok(())
    }

    async fn bring_forward(&self, tenant: TenantId) -> Result<()> {
        // Nobody closes the semaphore.
        let _turn = self.forward.acquire().await.map_err(|error| Error::Database(Box::new(error)))?;
        if self.ready().contains(&tenant) {
            return Ok(());
        }
        let schema = Schema::of(tenant);
        let mut connection = self.lanes.get().await?;
        connection.begin();
        // The lock that every lane takes first: no write is under way while the tables
        // change, and of two nodes one waits and finds nothing left to do.
        let lock = [
            Call::plain("begin isolation level read committed"),
            Call::plain("set local statement_timeout = 0"),
            schema.once(&format!("{STATE}\nfor update")),
            Call::once(self.layout.version(schema.dialect())),
        ];
        let rows = connection.fly(&lock).await.map_err(failed).map_err(absent)?;
        let from = version_of(rows.get(3))?;
        let is_behind = self.layout.is_behind(from)?;
        let mut calls: Vec<Call<'_>> =
            self.layout.migrate(schema.dialect(), from).into_iter().map(Call::plain).collect();
        calls.push(Call::plain("commit"));
        connection.fly(&calls).await.map_err(failed)?;
        connection.end();
        if is_behind {
            let to = self.layout.current();
            tracing::info!(%tenant, from, to, "the tables of a tenant were brought forward");
        }
        self.note(tenant);
        Ok(())
    }

    fn note(&self, tenant: TenantId) {
        let mut ready = self.ready();
        if ready.len() >= READY_MAX {
            ready.clear();
        }
        ready.insert(tenant);
    }

    fn ready(&self) -> MutexGuard<'_, HashSet<TenantId>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn version_of(rows: Option<&Vec<Row>>) -> Result<i64> {
    let row = rows.and_then(|rows| rows.first());
    get(row.ok_or_else(|| Error::Corrupt("a tenant without a layout version".to_owned()))?, 0)
}
