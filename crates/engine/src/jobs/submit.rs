//! What a job submits to the lane: in the name of who asked for it.

use std::sync::Arc;

use kith_model::decide::Outcome;
use kith_model::job::Job;
use kith_model::journal::Origin;
use kith_model::operation::{Caller, Submission, Work};

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lane::{self, Done};
use crate::tenant::Tenant;

/// Submits a job's work and waits until it is committed or refused.
pub(crate) async fn submit(engine: &Engine, tenant: &Arc<Tenant>, job: &Job, work: Work) -> Result<Outcome> {
    let caller = Caller { actor: job.actor, origin: Origin::Bulk, trace: None, job: Some(job.id) };
    let (waiting, receiver) = lane::Job::new(Submission { work, caller, idempotency: None });
    lane::push(engine, tenant, waiting)?;
    match receiver.await {
        Ok(done) => match done? {
            Done::Committed { outcome, .. } => Ok(outcome),
            Done::Replayed { .. } => Err(Error::internal("a chunk was answered before")),
        },
        Err(_) => Err(Error::internal("a lane ended without an answer")),
    }
}
