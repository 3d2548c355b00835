//! The values of a field written in the form of its wider type, beside the present one.
//! Later writes write both.

use std::sync::Arc;

use kith_model::fault::Code;
use kith_model::id::{FieldNo, ObjectNo, RecordId};
use kith_model::schema::{Task, TaskState};
use kith_store::{Error as StoreError, Forward};
use uuid::Uuid;

use super::count;
use super::run::Ran;
use crate::background::{Pace, lease};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::tenant::Tenant;

/// After every record that there can be.
const LAST: RecordId = RecordId(Uuid::max());

pub(super) async fn run(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    task: &mut Task,
    (object, field): (ObjectNo, FieldNo),
) -> Result<Ran> {
    tenant.refresh().await?;
    let mut pace = Pace::new();
    if task.total == 0 {
        match count::records(engine, tenant, task, (object, LAST)).await? {
            Some(total) => task.total = total,
            None => return Ok(Ran::Lost),
        }
    }
    loop {
        let catalog = tenant.catalog();
        let is_under_way = catalog.object(object).is_some_and(|object| {
            object.slot(field).is_some_and(|slot| object.fields()[slot].widening.is_some())
        });
        if !is_under_way {
            return Ok(Ran::Idle);
        }
        let after = task.after.unwrap_or(RecordId(Uuid::nil()));
        let size = u32::try_from(pace.size()).unwrap_or(u32::MAX);
        let ids = tenant.store.stretch(tenant.id, &catalog, object, (after, LAST), size).await?.value;
        let Some(reached) = ids.last().copied() else {
            return Ok(Ran::ToItsEnd { state: TaskState::Done, error: None });
        };
        pace.begin(tenant);
        match tenant.store.copy_wider(tenant.id, &catalog, (object, field), (after, reached)).await {
            Ok(()) => {}
            Err(StoreError::SchemaChanged) => {
                tenant.refresh().await?;
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        pace.end(tenant.head().last_position).await;
        task.after = Some(reached);
        task.done += i64::try_from(ids.len()).unwrap_or(0);
        let forward = Forward { lease: lease(engine), after: task.after, done: task.done, total: task.total };
        if !tenant.store.forward_task(tenant.id, task.id, forward).await? {
            return Ok(Ran::Lost);
        }
        tenant.background.come_forward();
    }
}

/// Whether the data do not allow what the task was to end in.
pub(super) fn is_refused(error: &Error) -> bool {
    error.faults().iter().any(|fault| fault.code == Code::DataConflict)
}
