//! One task: how far it is, at once, at its end, or as it comes forward.

use std::time::{Duration, Instant};

use kith_model::fault::{Code, Fault};
use kith_model::id::{FieldNo, ObjectNo, TaskId};
use kith_model::limits;
use kith_model::schema::{Task, TaskState, TaskWork, task_document};
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::answer::Answer;
use crate::error::Result;
use crate::position::AtLeast;
use crate::session::Session;

/// How often the task itself is looked at: another node may do it.
const POLL: Duration = Duration::from_millis(300);

/// A task. With a time to wait, it is answered when it has ended or the time is over.
///
/// # Errors
/// `not_found`.
pub async fn read(session: &Session, at_least: &AtLeast, id: &str, wait: Duration) -> Result<Answer<Json>> {
    let id = parse(id)?;
    let wait = wait.min(Duration::from_secs(limits::LONG_POLL_SECONDS));
    let deadline = Instant::now() + wait;
    let mut closing = session.engine.closing();
    let mut progress = session.tenant.background.progress.subscribe();
    loop {
        progress.mark_unchanged();
        let (answer, state) = find(session, at_least, id).await?;
        let remaining = deadline.saturating_duration_since(Instant::now());
        if state != TaskState::Running || remaining.is_zero() || *closing.borrow() {
            return Ok(answer);
        }
        tokio::select! {
            _ = tokio::time::timeout(remaining.min(POLL), progress.changed()) => {}
            _ = closing.changed() => {}
        }
    }
}

/// Whoever watches a task come forward.
pub struct Watcher {
    session: Session,
    id: TaskId,
    shown: Option<String>,
    progress: watch::Receiver<u64>,
    has_ended: bool,
}

/// Begins to watch a task.
///
/// # Errors
/// `not_found`.
pub async fn watch(session: &Session, id: &str) -> Result<Watcher> {
    let id = parse(id)?;
    find(session, &AtLeast(None), id).await?;
    let progress = session.tenant.background.progress.subscribe();
    Ok(Watcher { session: session.clone(), id, shown: None, progress, has_ended: false })
}

impl Watcher {
    /// The task as it is, and whenever it has come forward; none after its end.
    ///
    /// # Errors
    /// `not_found`, when it was forgotten; or the store fails.
    pub async fn next(&mut self) -> Result<Option<String>> {
        if self.has_ended {
            return Ok(None);
        }
        loop {
            self.progress.mark_unchanged();
            let (answer, state) = find(&self.session, &AtLeast(None), self.id).await?;
            let text = answer.value.to_string();
            if self.shown.as_ref() != Some(&text) {
                self.has_ended = state != TaskState::Running;
                self.shown = Some(text.clone());
                return Ok(Some(text));
            }
            let _ = tokio::time::timeout(POLL, self.progress.changed()).await;
        }
    }
}

async fn find(session: &Session, at_least: &AtLeast, id: TaskId) -> Result<(Answer<Json>, TaskState)> {
    let tenant = &session.tenant;
    let read = |_| tenant.store.task(tenant.id, id);
    let (catalog, seen) = tenant.read(at_least, read).await?;
    let task = seen.value.ok_or_else(|| missing(&id.to_string()))?;
    Ok((Answer::new(&seen.state, task_document(&task, &catalog)), task.state))
}

/// The task that brings a field's values to what it is defined as.
pub(crate) async fn of_field(session: &Session, object: ObjectNo, field: FieldNo) -> Result<Option<TaskId>> {
    let tenant = &session.tenant;
    let tasks = tenant.store.tasks(tenant.id, None, limits::PAGE_MAX).await?.value;
    let is_its =
        |task: &&Task| [TaskWork::Fill(object, field), TaskWork::Widen(object, field)].contains(&task.work);
    Ok(tasks.iter().find(is_its).map(|task| task.id))
}

/// The id as it was given.
pub(super) fn parse(id: &str) -> Result<TaskId, Fault> {
    id.parse().map_err(|_| missing(id))
}

/// That there is no such task.
pub(super) fn missing(id: &str) -> Fault {
    let shown: String = id.chars().take(limits::NAME_BYTES_MAX).collect();
    Fault::new(Code::NotFound, format!("no task `{shown}`"))
        .at("task")
        .hint("GET /v1/schema/tasks lists those there are; finished ones are forgotten after a while")
}
