//! Taking up a task that was given up.

use kith_model::fault::{Code, Fault};
use kith_model::schema::{Task, TaskState, TaskWork, task_document};
use serde_json::Value as Json;

use super::read::{missing, parse};
use super::run::wake;
use crate::answer::Answer;
use crate::clock;
use crate::error::Result;
use crate::session::Session;

/// Takes up a task that has failed, from where it was. One that is under way stays so.
///
/// # Errors
/// `not_found`; `task_ended`, when there is nothing left of it to do.
pub async fn retry(session: &Session, id: &str) -> Result<Answer<Json>> {
    let id = parse(id)?;
    let tenant = &session.tenant;
    tenant.refresh().await?;
    let seen = tenant.store.task(tenant.id, id).await?;
    let task = seen.value.ok_or_else(|| missing(&id.to_string()))?;
    if task.state != TaskState::Running {
        check(session, &task)?;
        if !tenant.store.retry_task(tenant.id, id, clock::now()).await? {
            return Err(nothing_left(&task, "another task does the same by now").into());
        }
        wake(&session.engine, tenant);
        tenant.background.come_forward();
    }
    let seen = tenant.store.task(tenant.id, id).await?;
    let task = seen.value.ok_or_else(|| missing(&id.to_string()))?;
    Ok(Answer::new(&seen.state, task_document(&task, &tenant.catalog())))
}

/// Refuses what there is nothing left of.
fn check(session: &Session, task: &Task) -> Result<(), Fault> {
    if task.state == TaskState::Done {
        return Err(nothing_left(task, "it has come to its end"));
    }
    let catalog = session.catalog();
    let object = catalog.object(task.work.object());
    let is_left = object.is_some_and(|object| match task.work {
        TaskWork::Fill(_, field) => {
            object.slot(field).is_some_and(|slot| !object.fields()[slot].state.is_ready())
        }
        TaskWork::Match(_, rule) => {
            object.matching.iter().any(|each| each.number == rule && !each.state.is_ready())
        }
        // What they were to make has gone with them.
        TaskWork::Key(..) | TaskWork::Widen(..) => false,
    });
    if is_left { Ok(()) } else { Err(nothing_left(task, "what it was to make is gone; ask for that again")) }
}

fn nothing_left(task: &Task, why: &str) -> Fault {
    Fault::new(Code::TaskEnded, format!("the task `{}` cannot be taken up again", task.id)).hint(why)
}
