//! Doing a tenant's jobs, one after another, each under a lease.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_model::fault::{Code, Fault};
use kith_model::job::{Job, JobEnd, JobKind, JobState};
use kith_model::limits::TASK_TRIES_MAX;
use kith_model::operation::Work;

use super::export;
use super::import;
use super::load::{Definition, Effect};
use super::phase::Ran;
use super::rows::{self, How};
use super::submit::submit;
use crate::background::{back_off, is_passing, lease};
use crate::busy;
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// Begins to do the tenant's jobs, unless this process does so already: then it looks once
/// more before it ends.
pub(crate) fn wake(engine: &Engine, tenant: &Arc<Tenant>) {
    tenant.background.job_calls.fetch_add(1, Ordering::AcqRel);
    if tenant.background.is_on_jobs.swap(true, Ordering::AcqRel) {
        return;
    }
    let (services, tenant, engine) = (engine.clone(), tenant.clone(), engine.clone());
    services.services().keep(tokio::spawn(async move {
        let mut closing = engine.closing();
        tokio::select! {
            () = until_quiet(&engine, &tenant) => {}
            _ = closing.wait_for(|closing| *closing) => {
                tenant.background.is_on_jobs.store(false, Ordering::Release);
            }
        }
        tenant.background.come_forward();
    }));
}

/// Does the jobs there are, until nobody has called meanwhile.
async fn until_quiet(engine: &Engine, tenant: &Arc<Tenant>) {
    let background = &tenant.background;
    loop {
        let calls = background.job_calls.load(Ordering::Acquire);
        if let Err(error) = all(engine, tenant).await {
            tracing::warn!(tenant = %tenant.id, error = ?error, "jobs rest for a while");
            background.is_on_jobs.store(false, Ordering::Release);
            return;
        }
        background.is_on_jobs.store(false, Ordering::Release);
        let is_quiet = background.job_calls.load(Ordering::Acquire) == calls;
        if is_quiet || background.is_on_jobs.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}

async fn all(engine: &Engine, tenant: &Arc<Tenant>) -> Result<()> {
    while let Some(job) = tenant.store.lease_job(tenant.id, lease(engine)).await? {
        tracing::info!(tenant = %tenant.id, job = %job.id, kind = job.kind.as_str(), "a job begins");
        match one(engine, tenant, &job).await {
            Ok(Ran::Lost) => {
                // Whoever has it now says so; this node looks again when that lease is over.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(Ran::ToItsEnd { step, error }) => {
                end(engine, tenant, &job, step, error.map(|fault| *fault)).await?;
            }
            Err(error) => {
                // The lease stands: nobody tries before it has run out.
                tenant.store.hold_job(tenant.id, job.id, lease(engine)).await?;
                return Err(error);
            }
        }
        tenant.background.come_forward();
    }
    busy::clear(tenant).await
}

/// Runs a job, and again from where it was committed when it fails, as often as may be.
async fn one(engine: &Engine, tenant: &Arc<Tenant>, job: &Job) -> Result<Ran> {
    let mut tries = 0;
    let mut step = job.progress.step;
    loop {
        let Some(mut job) = tenant.store.job(tenant.id, job.id).await?.value else { return Ok(Ran::Lost) };
        if job.state != JobState::Running {
            return Ok(Ran::Lost);
        }
        if job.progress.step > step {
            (tries, step) = (0, job.progress.step);
        }
        match once(engine, tenant, &mut job).await {
            Err(error) if tries < TASK_TRIES_MAX => {
                tracing::warn!(tenant = %tenant.id, job = %job.id, error = ?error, "a job is tried again");
                back_off(tries).await;
                tenant.store.hold_job(tenant.id, job.id, lease(engine)).await?;
                tries += 1;
            }
            // Of the moment, and the moment is long: it waits for better times.
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => {
                tracing::error!(tenant = %tenant.id, job = %job.id, error = ?error, "a job was given up");
                let fault = error.faults().first().cloned();
                let fault = fault.unwrap_or_else(|| Fault::new(Code::Internal, "a fault of Kith itself"));
                return Ok(Ran::failed(&job, fault));
            }
            ran => return ran,
        }
    }
}

/// Runs a job from where it was committed.
async fn once(engine: &Engine, tenant: &Arc<Tenant>, job: &mut Job) -> Result<Ran> {
    match job.kind {
        JobKind::Load => {
            let definition = Definition::of(job)?;
            let how = match definition.effect {
                _ if definition.plan => How::Plan,
                Effect::Independent => How::Independent,
                Effect::Atomic => How::Atomic,
            };
            rows::run(engine, tenant, job, &[definition.stage()], how).await
        }
        JobKind::Import => {
            let definition = import::Definition::of(job)?;
            let how = if definition.plan { How::Plan } else { How::Independent };
            rows::run(engine, tenant, job, &definition.stages()?, how).await
        }
        JobKind::Export => export::run(engine, tenant, job).await,
    }
}

async fn end(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    job: &Job,
    step: i64,
    error: Option<Fault>,
) -> Result<()> {
    let state = if error.is_some() { JobState::Failed } else { JobState::Done };
    tracing::info!(tenant = %tenant.id, job = %job.id, state = state.as_str(), "a job ends");
    let end = JobEnd { id: job.id, state, error, step: Some(step) };
    let mut tries = 0;
    loop {
        match submit(engine, tenant, job, Work::EndJob(end.clone())).await {
            Ok(_) => return Ok(()),
            // It was ended meanwhile, or this is what was not known to be committed.
            Err(error) if error.faults().iter().any(|fault| fault.code == Code::JobMoved) => return Ok(()),
            Err(error) if is_passing(&error) && tries < TASK_TRIES_MAX => {
                back_off(tries).await;
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
