//! The jobs of a tenant, the latest first.

use serde_json::Value as Json;

use super::document;
use crate::answer::{Answer, Page};
use crate::cursor;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::page_size;
use crate::session::Session;

/// A page of jobs, the latest first.
///
/// # Errors
/// Every fault of the request.
pub async fn list(
    session: &Session,
    at_least: &AtLeast,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Answer<Page<Json>>> {
    let limit = page_size(limit)?;
    let before = match &cursor {
        Some(text) => {
            let [_, id] = cursor::open(text, "jobs")?;
            Some(id.parse().map_err(|_| cursor::damaged())?)
        }
        None => None,
    };
    let tenant = &session.tenant;
    let (_, seen) = tenant.read(at_least, |_| tenant.store.jobs(tenant.id, before, limit + 1)).await?;
    let mut jobs = seen.value;
    let has_more = jobs.len() > limit as usize;
    jobs.truncate(limit as usize);
    let last = jobs.last().filter(|_| has_more);
    let next_cursor = last.map(|last| cursor::seal(&["jobs", &last.id.to_string()]));
    let mut data = Vec::with_capacity(jobs.len());
    for job in &jobs {
        data.push(document::render(session, job).await?);
    }
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}
