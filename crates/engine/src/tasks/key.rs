//! The index of a key over many records, built while they are in use.

use std::sync::Arc;

use kith_model::catalog::{Definition, Key};
use kith_model::id::{KeyNo, ObjectNo};
use kith_model::schema::{Task, TaskState};
use kith_store::KeyBuilt;

use super::run::Ran;
use crate::background::{LEASE, lease};
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

pub(super) async fn run(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    task: &Task,
    object: ObjectNo,
    number: KeyNo,
) -> Result<Ran> {
    tenant.refresh().await?;
    let Some((definition, key)) = building(tenant, object, number) else { return Ok(Ran::Idle) };
    let build = tenant.store.build_key(tenant.id, &definition, &key);
    let built = tokio::select! {
        built = build => built?,
        () = hold(engine, tenant, task) => return Ok(Ran::Lost),
    };
    Ok(match built {
        KeyBuilt::Built => Ran::ToItsEnd { state: TaskState::Done, error: None },
        KeyBuilt::NotUnique(faults) => {
            let said: Vec<String> = faults
                .iter()
                .take(kith_model::limits::FAULT_RECORDS_MAX)
                .map(|fault| format!("{}: {}", fault.message, fault.records.join(", ")))
                .collect();
            Ran::ToItsEnd { state: TaskState::Failed, error: Some(said.join("; ")) }
        }
    })
}

fn building(tenant: &Tenant, object: ObjectNo, number: KeyNo) -> Option<(Definition, Key)> {
    let catalog = tenant.catalog();
    let definition = catalog.object(object)?.definition();
    let key = definition.keys.iter().find(|key| key.number == number && !key.state.is_ready())?;
    Some((definition.clone(), key.clone()))
}

/// Holds the task while the database builds; ends when another node has it.
async fn hold(engine: &Engine, tenant: &Tenant, task: &Task) {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        match tenant.store.hold_task(tenant.id, task.id, lease(engine)).await {
            Ok(true) => {}
            Ok(false) => return,
            // The lease may run out; another node then finds the index under way.
            Err(error) => tracing::warn!(tenant = %tenant.id, error = ?error, "a task cannot be held"),
        }
    }
}
