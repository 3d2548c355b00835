//! The files of a job: what was sent, and what it wrote.

use kith_store::JobPart;
use serde_json::{Value as Json, json};

use super::{content, read};
use crate::answer::Answer;
use crate::error::Result;
use crate::session::Session;

/// The files of a job with their parts, inputs first.
///
/// # Errors
/// `not_found`.
pub async fn files(session: &Session, job: &str) -> Result<Answer<Vec<Json>>> {
    let id = read::parse(job)?;
    read::find(session, id).await?;
    let seen = session.tenant.store.job_files(session.tenant.id, id).await?;
    let mut parts = seen.value.as_slice();
    let mut files = Vec::new();
    while let Some(first) = parts.first() {
        let is_same = |part: &JobPart| part.name == first.name && part.direction == first.direction;
        let count = parts.iter().take_while(|part| is_same(part)).count();
        let (file, rest) = parts.split_at(count);
        files.push(describe(file));
        parts = rest;
    }
    Ok(Answer::new(&seen.state, files))
}

fn describe(parts: &[JobPart]) -> Json {
    let Some(first) = parts.first() else { return Json::Null };
    let rows: Option<i64> = parts.iter().map(|part| part.rows).sum();
    json!({
        "file": first.name,
        "direction": content::direction(first.direction),
        "content_type": first.content_type,
        "bytes": parts.iter().map(|part| part.bytes).sum::<i64>(),
        "rows": rows,
        "is_complete": parts.iter().all(|part| part.is_complete),
        "parts": parts.iter().map(content::describe).collect::<Vec<_>>(),
    })
}
