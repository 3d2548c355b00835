//! How many records a task has before it: counted in stretches, as one look at all of a
//! large table keeps every core and the disk from those who use it.

use std::sync::Arc;
use std::time::Instant;

use kith_model::id::{ObjectNo, RecordId};
use kith_model::schema::Task;
use kith_store::Error as StoreError;
use uuid::Uuid;

use crate::background::{LEASE, lease};
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// Records in one look: a few milliseconds of one core.
const STRETCH: u32 = 5_000;

/// The records of an object up to an id; none when another node has the task by now.
pub(super) async fn records(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    task: &Task,
    (object, last): (ObjectNo, RecordId),
) -> Result<Option<i64>> {
    let mut after = RecordId(Uuid::nil());
    let mut total = 0;
    let mut held = Instant::now();
    loop {
        let (started, position) = (Instant::now(), tenant.head().last_position);
        let found = tenant.store.stretch(tenant.id, &tenant.catalog(), object, (after, last), STRETCH).await;
        let ids = match found {
            Ok(seen) => seen.value,
            Err(StoreError::SchemaChanged) => {
                tenant.refresh().await?;
                // An object that is gone has no records.
                if tenant.catalog().object(object).is_none() {
                    return Ok(Some(0));
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        total += i64::try_from(ids.len()).unwrap_or(0);
        match ids.last() {
            Some(reached) if ids.len() == STRETCH as usize => after = *reached,
            _ => return Ok(Some(total)),
        }
        if held.elapsed() >= LEASE / 3 {
            held = Instant::now();
            if !tenant.store.hold_task(tenant.id, task.id, lease(engine)).await? {
                return Ok(None);
            }
        }
        // Beside others it rests as long as it looked.
        if tenant.head().last_position > position || !tenant.lock_queue().jobs.is_empty() {
            tokio::time::sleep(started.elapsed()).await;
        }
    }
}
