//! The lane: the one queue through which this process writes to a tenant.
//!
//! A lane takes turns. In a turn it locks the tenant's row, takes what waits in its
//! queue, decides it as one batch, commits, and answers. A turn ends after
//! [`TURN_MAX`], so that many busy tenants share the lanes fairly.

mod attempt;
mod commit;
mod job;

use std::sync::Arc;
use std::time::{Duration, Instant};

use kith_model::fault::{Code, Fault};

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::tenant::Tenant;

pub(crate) use job::{Done, Job};

/// How long a lane may go on before another tenant's has its turn.
const TURN_MAX: Duration = Duration::from_millis(50);

/// Puts a job into the lane's queue and sets the lane to work.
///
/// # Errors
/// `overloaded`, when the queue is full.
pub(crate) fn push(engine: &Engine, tenant: &Arc<Tenant>, job: Job) -> Result<()> {
    let is_idle = {
        let mut queue = tenant.lock_queue();
        if queue.jobs.len() >= kith_model::limits::LANE_QUEUE_MAX {
            let fault = Fault::new(Code::Overloaded, "too many writes of this tenant wait");
            return Err(fault.hint("nothing was written; retry after a moment").into());
        }
        queue.jobs.push_back(job);
        !std::mem::replace(&mut queue.is_running, true)
    };
    if is_idle {
        schedule(engine.clone(), tenant.clone());
    }
    Ok(())
}

/// Waits for one of the lanes, then takes a turn where the store wants it taken.
fn schedule(engine: Engine, tenant: Arc<Tenant>) {
    tokio::spawn(async move {
        let Ok(permit) = engine.lanes().clone().acquire_owned().await else { return };
        let store = engine.store().clone();
        store.run(move || async move {
            let has_more = turn(&engine, &tenant).await;
            drop(permit);
            if has_more {
                schedule(engine, tenant);
            }
        });
    });
}

/// Batches until the queue is empty or the turn is over; whether more is waiting.
async fn turn(engine: &Engine, tenant: &Arc<Tenant>) -> bool {
    let started = Instant::now();
    loop {
        if let Err(error) = attempt::batch(engine, tenant).await {
            refuse_all(tenant, &error);
        }
        let mut queue = tenant.lock_queue();
        if queue.jobs.is_empty() {
            queue.is_running = false;
            return false;
        }
        if started.elapsed() > TURN_MAX {
            return true;
        }
    }
}

/// Answers everything that waits when the tenant's row cannot even be locked.
fn refuse_all(tenant: &Tenant, error: &Error) {
    let jobs = std::mem::take(&mut tenant.lock_queue().jobs);
    if !jobs.is_empty() {
        tracing::error!(tenant = %tenant.id, error = ?error, jobs = jobs.len(), "a batch could not begin");
    }
    for job in jobs {
        job.answer(Err(error.share()));
    }
}
