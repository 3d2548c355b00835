//! One job: how far it is, at once, at its end, or as it comes forward.

use std::time::{Duration, Instant};

use kith_model::fault::{Code, Fault};
use kith_model::id::JobId;
use kith_model::job::Job;
use kith_model::journal::TenantState;
use kith_model::limits;
use serde_json::Value as Json;
use tokio::sync::watch;

use super::document;
use crate::answer::Answer;
use crate::error::Result;
use crate::position::AtLeast;
use crate::session::Session;

/// How often the job itself is looked at: another node may do it.
const POLL: Duration = Duration::from_millis(300);

/// A job. With a time to wait, it is answered when it has ended or the time is over.
///
/// # Errors
/// `not_found`.
pub async fn read(session: &Session, at_least: &AtLeast, id: &str, wait: Duration) -> Result<Answer<Json>> {
    let id = parse(id)?;
    let deadline = Instant::now() + wait.min(Duration::from_secs(limits::LONG_POLL_SECONDS));
    let mut closing = session.engine.closing();
    let mut progress = session.tenant.background.progress.subscribe();
    session.tenant.read(at_least, |_| session.tenant.store.job(session.tenant.id, id)).await?;
    loop {
        progress.mark_unchanged();
        let (state, job) = find(session, id).await?;
        let remaining = deadline.saturating_duration_since(Instant::now());
        if job.state.has_ended() || remaining.is_zero() || *closing.borrow() {
            return Ok(Answer::new(&state, document::render(session, &job).await?));
        }
        tokio::select! {
            _ = tokio::time::timeout(remaining.min(POLL), progress.changed()) => {}
            _ = closing.changed() => {}
        }
    }
}

/// Whoever watches a job come forward.
pub struct Watcher {
    session: Session,
    id: JobId,
    shown: Option<String>,
    progress: watch::Receiver<u64>,
    has_ended: bool,
}

/// Begins to watch a job.
///
/// # Errors
/// `not_found`.
pub async fn watch(session: &Session, id: &str) -> Result<Watcher> {
    let id = parse(id)?;
    find(session, id).await?;
    let progress = session.tenant.background.progress.subscribe();
    Ok(Watcher { session: session.clone(), id, shown: None, progress, has_ended: false })
}

impl Watcher {
    /// The job as it is, and whenever it has come forward; none after its end.
    ///
    /// # Errors
    /// `not_found`, when it was forgotten; or the store fails.
    pub async fn next(&mut self) -> Result<Option<String>> {
        if self.has_ended {
            return Ok(None);
        }
        loop {
            self.progress.mark_unchanged();
            let (_, job) = find(&self.session, self.id).await?;
            let text = document::render(&self.session, &job).await?.to_string();
            if self.shown.as_ref() != Some(&text) {
                self.has_ended = job.state.has_ended();
                self.shown = Some(text.clone());
                return Ok(Some(text));
            }
            let _ = tokio::time::timeout(POLL, self.progress.changed()).await;
        }
    }
}

/// The id that a path names.
pub(super) fn parse(text: &str) -> Result<JobId, Fault> {
    let shown: String = text.chars().take(100).collect();
    text.parse().map_err(|_| Fault::new(Code::NotFound, format!("no job `{shown}`")).at("job"))
}

/// The job of an id.
pub(super) async fn find(session: &Session, id: JobId) -> Result<(TenantState, Job)> {
    let seen = session.tenant.store.job(session.tenant.id, id).await?;
    let job = seen.value.ok_or_else(|| Fault::new(Code::NotFound, format!("no job `{id}`")).at("job"))?;
    Ok((seen.state, job))
}
