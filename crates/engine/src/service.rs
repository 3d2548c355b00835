//! What runs beside the requests: telling other nodes and hearing from them, and the
//! housekeeping of journals and kept answers. Each service stops when the engine
//! closes, and is joined.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kith_model::id::TenantId;
use kith_model::journal::Position;
use kith_model::limits;
use kith_model::time::Timestamp;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::background;
use crate::busy;
use crate::clock;
use crate::engine::Engine;
use crate::error::Result;
use crate::follow;
use crate::jobs;
use crate::usage;

/// Hints to other nodes are gathered this long: a notification serialises commits
/// across the whole database, so there is one for many.
const HINT_EVERY: Duration = Duration::from_millis(5);

/// How often old answers and old changes are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Rows removed under one lock of a tenant's row: a few milliseconds' work.
const SWEEP_ROWS_MAX: u32 = 2_000;

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
const HOUR_MICROS: i64 = 3_600 * 1_000_000;

/// The services of an engine.
#[derive(Default)]
pub(crate) struct Services {
    hints: Mutex<HashMap<TenantId, Position>>,
    wake: Notify,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Services {
    /// Notes that a tenant has moved on, for other nodes to hear.
    pub(crate) fn announce(&self, tenant: TenantId, position: Position) {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, position);
        self.wake.notify_one();
    }

    /// Waits until all services have stopped.
    pub(crate) async fn join(&self) {
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // A service that panicked has said so in the log.
            let _ = task.await;
        }
    }

    fn take_hints(&self) -> Vec<(TenantId, Position)> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }

    /// Keeps a task, to be waited for when the engine closes.
    pub(crate) fn keep(&self, task: JoinHandle<()>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }
}

/// Starts the services of an engine.
pub(crate) async fn start(engine: &Engine) -> Result<()> {
    if let Some(mut heard) = engine.store().listen().await? {
        engine.services().keep(spawn(engine, |engine| async move { tell(&engine).await }));
        let listening = spawn(engine, move |engine| async move {
            while let Some((tenant, position)) = heard.recv().await {
                hear(&engine, tenant, position).await;
            }
        });
        engine.services().keep(listening);
    }
    engine.services().keep(spawn(engine, |engine| async move { sweep(&engine).await }));
    engine.services().keep(spawn(engine, |engine| async move { usage::run(&engine).await }));
    engine.services().keep(spawn(engine, |engine| async move { take_over(&engine).await }));
    Ok(())
}

/// Runs a service until it ends or the engine closes.
fn spawn<F>(engine: &Engine, run: impl FnOnce(Engine) -> F) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut closing = engine.closing();
    let service = run(engine.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = service => {}
            _ = closing.wait_for(|closing| *closing) => {}
        }
    })
}

/// Tells other nodes which tenants have moved on. A hint: readers look for themselves
/// as well, so a lost one costs time, not truth.
async fn tell(engine: &Engine) {
    loop {
        engine.services().wake.notified().await;
        tokio::time::sleep(HINT_EVERY).await;
        let hints = engine.services().take_hints();
        if !hints.is_empty()
            && let Err(error) = engine.store().notify(hints).await
        {
            tracing::warn!(error = ?error, "other nodes could not be told");
        }
    }
}

/// Another node has written to a tenant that is open here.
async fn hear(engine: &Engine, id: TenantId, position: Position) {
    let Some(tenant) = engine.registry().peek(id) else { return };
    if tenant.head().last_position >= position {
        return;
    }
    match engine.store().state(id).await {
        Ok(state) => {
            tenant.advance(&state);
            follow::wake(engine, &tenant);
        }
        Err(error) => tracing::warn!(tenant = %id, error = ?error, "a hint could not be followed"),
    }
}

/// Looks for tasks, jobs and followers that a node which has died has left.
async fn take_over(engine: &Engine) {
    loop {
        if let Err(error) = busy::look(engine).await {
            tracing::warn!(error = ?error, "tenants with work to do could not be looked for");
        }
        tokio::time::sleep(background::LEASE).await;
        for tenant in engine.registry().all() {
            background::look_again(engine, &tenant).await;
        }
    }
}

async fn sweep(engine: &Engine) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        for tenant in engine.registry().all() {
            if let Err(error) = sweep_tenant(engine, tenant.id).await {
                tracing::warn!(tenant = %tenant.id, error = ?error, "old rows could not be removed");
            }
            if let Err(error) = jobs::sweep(engine, &tenant).await {
                tracing::warn!(tenant = %tenant.id, error = ?error, "old jobs could not be forgotten");
            }
        }
    }
}

/// Removes what is past its time: kept answers, and changes beyond the retention.
async fn sweep_tenant(engine: &Engine, id: TenantId) -> Result<()> {
    let now = clock::now();
    let answers_before = Timestamp(now.0 - limits::ANSWER_HOURS * HOUR_MICROS);
    let store = engine.store();
    while store.forget_answers(id, answers_before, SWEEP_ROWS_MAX).await? >= u64::from(SWEEP_ROWS_MAX) {}
    let own = store.tenant(id).await?.and_then(|tenant| tenant.retention_days);
    if let Some(days) = own.or(engine.options().retention_days) {
        let before = Timestamp(now.0 - i64::from(days) * DAY_MICROS);
        while store.retain(id, before, SWEEP_ROWS_MAX).await? >= u64::from(SWEEP_ROWS_MAX) {}
    }
    Ok(())
}
