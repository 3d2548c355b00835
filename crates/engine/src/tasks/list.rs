//! The tasks of a tenant, the latest first.

use kith_model::schema::task_document;
use serde_json::Value as Json;

use crate::answer::{Answer, Page};
use crate::cursor;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::page_size;
use crate::session::Session;

/// A page of tasks, the latest first.
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
            let [_, id] = cursor::open(text, "schema_tasks")?;
            Some(id.parse().map_err(|_| cursor::damaged())?)
        }
        None => None,
    };
    let tenant = &session.tenant;
    let read = |_| tenant.store.tasks(tenant.id, before, limit + 1);
    let (catalog, seen) = tenant.read(at_least, read).await?;
    let mut tasks = seen.value;
    let has_more = tasks.len() > limit as usize;
    tasks.truncate(limit as usize);
    let last = tasks.last().filter(|_| has_more);
    let next_cursor = last.map(|last| cursor::seal(&["schema_tasks", &last.id.to_string()]));
    let data = tasks.iter().map(|task| task_document(task, &catalog)).collect();
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}
