//! Forgetting a job, with its files and results. The journal keeps that there was one.

use std::sync::Arc;

use kith_model::fault::{Code, Fault};
use kith_model::job::{JobEnd, JobState};
use kith_model::limits;
use kith_model::operation::Work;
use kith_model::time::Timestamp;
use serde_json::Value as Json;

use super::read;
use crate::answer::Answer;
use crate::background;
use crate::clock;
use crate::engine::Engine;
use crate::error::Result;
use crate::session::Session;
use crate::tenant::Tenant;

/// Jobs that are looked at together.
const PAGE: u32 = 100;

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Forgets a job that has ended.
///
/// # Errors
/// `not_found`, or `job_moved` when it has not ended.
pub async fn forget(session: &Session, job: &str) -> Result<Answer<()>> {
    let id = read::parse(job)?;
    let (state, job) = read::find(session, id).await?;
    if !job.state.has_ended() {
        let message = format!("the job `{id}` has not ended");
        return Err(Fault::new(Code::JobMoved, message).hint("cancel it first").into());
    }
    session.tenant.store.forget_job(session.tenant.id, id).await?;
    Ok(Answer::new(&state, ()))
}

/// Sees to what is past its time: jobs that have ended are forgotten, unless they are to be
/// kept, and those that were never started end, to be forgotten as long after that.
pub(crate) async fn sweep(engine: &Engine, tenant: &Arc<Tenant>) -> Result<()> {
    let store = &tenant.store;
    let before = Timestamp(clock::now().0 - limits::JOB_DAYS * DAY_MICROS);
    let mut after = None;
    loop {
        let ids = store.expired_jobs(tenant.id, before, after, PAGE).await?;
        for id in &ids {
            let Some(job) = store.job(tenant.id, *id).await?.value else { continue };
            if job.state == JobState::Open {
                let end = JobEnd { id: *id, state: JobState::Canceled, error: None, step: None };
                background::submit(engine, tenant, Work::EndJob(end)).await?;
            } else if !is_kept(&job.definition) {
                store.forget_job(tenant.id, *id).await?;
            }
        }
        match ids.last() {
            Some(last) if ids.len() >= PAGE as usize => after = Some(*last),
            _ => return Ok(()),
        }
    }
}

fn is_kept(definition: &str) -> bool {
    serde_json::from_str::<Json>(definition).is_ok_and(|definition| definition["keep"] == Json::Bool(true))
}
