//! Doing a tenant's tasks, one after another, each under a lease.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_model::limits::TASK_TRIES_MAX;
use kith_model::operation::{SchemaWork, Work};
use kith_model::schema::{SchemaChange, Task, TaskEnd, TaskState, TaskWork};

use super::{fill, key, matching, widen};
use crate::background::{back_off, is_passing, lease, submit};
use crate::busy;
use crate::clock;
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// How one run of a task ended.
pub(super) enum Ran {
    /// It has come to its end: the schema change that says so is to be made.
    ToItsEnd {
        /// Done or failed.
        state: TaskState,
        /// Why it failed, or what it had to pass over.
        error: Option<String>,
    },
    /// What it was about is gone, or as it should be already.
    Idle,
    /// Another node has taken it over.
    Lost,
}

/// Begins to do the tenant's tasks, unless this process does so already.
pub(crate) fn wake(engine: &Engine, tenant: &Arc<Tenant>) {
    if tenant.background.is_working.swap(true, Ordering::AcqRel) {
        return;
    }
    let (services, tenant) = (engine.clone(), tenant.clone());
    let engine = engine.clone();
    services.services().keep(tokio::spawn(async move {
        let mut closing = engine.closing();
        tokio::select! {
            done = all(&engine, &tenant) => if let Err(error) = done {
                tracing::warn!(tenant = %tenant.id, error = ?error, "tasks rest for a while");
            },
            _ = closing.wait_for(|closing| *closing) => {}
        }
        tenant.background.is_working.store(false, Ordering::Release);
        tenant.background.come_forward();
    }));
}

async fn all(engine: &Engine, tenant: &Arc<Tenant>) -> Result<()> {
    busy::note(tenant).await?;
    while let Some(task) = tenant.store.lease_task(tenant.id, lease(engine)).await? {
        tracing::info!(tenant = %tenant.id, task = %task.id, kind = task.work.kind(), "a task begins");
        let ran = one(engine, tenant, &task).await;
        match ran {
            Ok(ran) => end(engine, tenant, &task, ran).await?,
            Err(error) => {
                // The lease stands: nobody tries before it has run out.
                tenant.store.hold_task(tenant.id, task.id, lease(engine)).await?;
                return Err(error);
            }
        }
        tenant.background.come_forward();
    }
    busy::clear(tenant).await
}

/// Runs a task, and again when it fails, as often as may be.
async fn one(engine: &Engine, tenant: &Arc<Tenant>, task: &Task) -> Result<Ran> {
    let mut task = task.clone();
    let mut tries = 0;
    loop {
        let ran = match task.work {
            TaskWork::Fill(object, field) => fill::run(engine, tenant, &mut task, object, field).await,
            TaskWork::Key(object, number) => key::run(engine, tenant, &task, object, number).await,
            TaskWork::Widen(object, field) => widen::run(engine, tenant, &mut task, (object, field)).await,
            TaskWork::Match(object, rule) => matching::run(engine, tenant, &mut task, (object, rule)).await,
        };
        match ran {
            Err(error) if tries < TASK_TRIES_MAX => {
                tracing::warn!(tenant = %tenant.id, task = %task.id, error = ?error, "a task is tried again");
                back_off(tries).await;
                tries += 1;
            }
            // Of the moment, and the moment is long: it waits for better times.
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => {
                tracing::error!(tenant = %tenant.id, task = %task.id, error = ?error, "a task was given up");
                return Ok(Ran::ToItsEnd { state: TaskState::Failed, error: Some(error.to_string()) });
            }
            ran => return ran,
        }
    }
}

async fn end(engine: &Engine, tenant: &Arc<Tenant>, task: &Task, ran: Ran) -> Result<()> {
    match ran {
        Ran::Lost => {
            // Whoever has it now says so; this node looks again when that lease is over.
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(())
        }
        Ran::Idle => {
            let at = clock::now();
            Ok(tenant.store.end_task(tenant.id, task.id, TaskState::Done, None, at).await?)
        }
        // The field or rule stays as it is until the task is taken up again.
        Ran::ToItsEnd { state: TaskState::Failed, error }
            if matches!(task.work, TaskWork::Fill(..) | TaskWork::Match(..)) =>
        {
            let at = clock::now();
            Ok(tenant.store.end_task(tenant.id, task.id, TaskState::Failed, error, at).await?)
        }
        Ran::ToItsEnd { state, error } => {
            let ending = TaskEnd { id: task.id, work: task.work, state, error: error.clone() };
            let work = SchemaWork { changes: vec![SchemaChange::EndTask(ending)], expect: None };
            tenant.store.hold_task(tenant.id, task.id, lease(engine)).await?;
            match submit(engine, tenant, Work::Schema(work)).await {
                Ok(_) => {}
                Err(error) if state == TaskState::Done && widen::is_refused(&error) => {
                    let ran = Ran::ToItsEnd { state: TaskState::Failed, error: Some(error.to_string()) };
                    return Box::pin(end(engine, tenant, task, ran)).await;
                }
                Err(error) => return Err(error),
            }
            // Where there was nothing left to change, the task itself is left.
            if let Some(task) = tenant.store.task(tenant.id, task.id).await?.value
                && task.state == TaskState::Running
            {
                tenant.store.end_task(tenant.id, task.id, state, error, clock::now()).await?;
            }
            Ok(())
        }
    }
}
