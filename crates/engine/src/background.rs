//! What a node does for its open tenants beside the requests: tasks of the schema, and
//! the follower of computed fields. Each begins when there is something to do, and ends
//! when there is nothing; a lease in the tenant's own tables sees to it that one node
//! does it.

mod fill;
mod pace;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use kith_model::catalog::Catalog;
use kith_model::fault::Code;
use kith_model::journal::{Actor, Origin, Position};
use kith_model::operation::{Caller, Submission, Work};
use kith_store::Lease;
use tokio::sync::watch;
use uuid::Uuid;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lane::{self, Done, Job};
use crate::tenant::Tenant;
use crate::{clock, follow, jobs, tasks};

pub(crate) use fill::fill;
pub(crate) use pace::Pace;

/// How long a node that has died keeps others from its work.
pub(crate) const LEASE: Duration = Duration::from_secs(5);

/// Between tries of what failed: short at first, as most failures are moments.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// What runs for one tenant in this process.
pub(crate) struct Background {
    pub(crate) is_working: AtomicBool,
    /// Whether this process does the tenant's jobs.
    pub(crate) is_on_jobs: AtomicBool,
    /// Counts who has asked it to.
    pub(crate) job_calls: AtomicU64,
    pub(crate) is_following: AtomicBool,
    /// How far the follower is, as far as this process knows.
    pub(crate) followed: AtomicI64,
    /// Counts what tasks and jobs have come forward here; who waits for one looks then.
    pub(crate) progress: watch::Sender<u64>,
    /// The schema version that was last looked at for work.
    looked_at: AtomicI64,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            is_working: AtomicBool::new(false),
            is_on_jobs: AtomicBool::new(false),
            job_calls: AtomicU64::new(0),
            is_following: AtomicBool::new(false),
            followed: AtomicI64::new(0),
            progress: watch::Sender::new(0),
            looked_at: AtomicI64::new(-1),
        }
    }
}

impl Background {
    /// Tells those who wait for a task that one has come forward.
    pub(crate) fn come_forward(&self) {
        self.progress.send_modify(|count| *count += 1);
    }

    /// How far the follower is known to be.
    pub(crate) fn followed(&self) -> Position {
        Position(self.followed.load(Ordering::Acquire))
    }
}

/// Sees whether the schema asks for work that nobody here does; once for each version.
pub(crate) fn look(engine: &Engine, tenant: &Arc<Tenant>) {
    let version = tenant.catalog().version().0;
    if tenant.background.looked_at.swap(version, Ordering::AcqRel) != version {
        if has_tasks(&tenant.catalog()) {
            tasks::wake(engine, tenant);
        }
        follow::wake(engine, tenant);
    }
}

/// The same, whenever: what another node has left is taken over.
pub(crate) async fn look_again(engine: &Engine, tenant: &Arc<Tenant>) {
    if has_tasks(&tenant.catalog()) {
        tasks::wake(engine, tenant);
    }
    if !tenant.catalog().has_dependents() || tenant.background.is_following.load(Ordering::Acquire) {
        return;
    }
    match follow::lag(tenant).await {
        Ok(Some((_, behind))) if behind > 0 => follow::wake(engine, tenant),
        Ok(_) => {}
        Err(error) => tracing::warn!(tenant = %tenant.id, error = ?error, "the lag is not known"),
    }
}

/// Sees to the tasks and jobs of a tenant that is noted to have some.
pub(crate) fn resume(engine: &Engine, tenant: &Arc<Tenant>) {
    if has_tasks(&tenant.catalog()) {
        tasks::wake(engine, tenant);
    }
    jobs::wake(engine, tenant);
}

/// Whether the catalog shows that tasks are under way.
pub(crate) fn has_tasks(catalog: &Catalog) -> bool {
    catalog.objects().any(|object| {
        object.keys.iter().any(|key| !key.state.is_ready())
            || object.matching.iter().any(|rule| !rule.state.is_ready())
            || object.fields().iter().any(|field| !field.state.is_ready())
    })
}

/// A lease of this node from now on.
pub(crate) fn lease(engine: &Engine) -> Lease {
    lease_for(engine.node(), LEASE)
}

/// A lease that is over: the work is anybody's.
pub(crate) fn lease_over(engine: &Engine) -> Lease {
    lease_for(engine.node(), Duration::ZERO)
}

fn lease_for(holder: Uuid, time: Duration) -> Lease {
    let now = clock::now();
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    Lease { holder, now, until: kith_model::time::Timestamp(now.0.saturating_add(micros)) }
}

/// Submits work of Kith's own and waits until it is committed or refused.
pub(crate) async fn submit(engine: &Engine, tenant: &Arc<Tenant>, work: Work) -> Result<Position> {
    let caller = Caller { actor: Actor::System, origin: Origin::System, trace: None, job: None };
    let (job, receiver) = Job::new(Submission { work, caller, idempotency: None });
    lane::push(engine, tenant, job)?;
    match receiver.await {
        Ok(done) => match done? {
            Done::Committed { outcome, .. } => Ok(outcome.position),
            Done::Replayed { kept, .. } => Ok(kept.position),
        },
        Err(_) => Err(Error::internal("a lane ended without an answer")),
    }
}

/// Whether an error is of the moment: the same is worth another try.
pub(crate) fn is_passing(error: &Error) -> bool {
    error.faults().iter().any(|fault| {
        matches!(fault.code, Code::Overloaded | Code::Unavailable | Code::StorageFull | Code::Timeout)
    })
}

/// Waits before the next try, longer each time.
pub(crate) async fn back_off(tries: u32) {
    let time = BACKOFF_MIN.saturating_mul(1 << tries.min(16)).min(BACKOFF_MAX);
    tokio::time::sleep(time).await;
}
