//! The end of a job by its caller. What it had committed stands.

use kith_model::job::{JobEnd, JobState};
use kith_model::operation::Work;
use serde_json::Value as Json;

use super::{document, read};
use crate::answer::Written;
use crate::error::Result;
use crate::session::Session;
use crate::submit::{Request, submit};

/// Ends a job: at once if it was not started, else before its next chunk.
///
/// # Errors
/// `not_found`, or `job_moved` when it has ended already.
pub async fn cancel(
    session: &Session,
    job: &str,
    request: impl FnOnce(Work) -> Request,
) -> Result<Written<Json>> {
    let id = read::parse(job)?;
    let end = JobEnd { id, state: JobState::Canceled, error: None, step: None };
    let receipt = submit(session, request(Work::EndJob(end))).await?;
    session.tenant.background.come_forward();
    let value = document::of(session, id).await?;
    let (position, history, replayed) = (receipt.position, receipt.history, receipt.replayed);
    Ok(Written { value, position, history, replayed })
}
