//! The records that there were filed by a new matching rule, and compared with each other.
//! Later ones are filed as they are written.

use std::sync::Arc;

use kith_model::id::{MatchingNo, ObjectNo, RecordId};
use kith_model::limits::SCAN_RECORDS_MAX;
use kith_model::operation::{Scan, Work};
use kith_model::schema::{Task, TaskState};
use kith_store::{Error as StoreError, Forward};
use uuid::Uuid;

use super::count;
use super::run::Ran;
use crate::background::{Pace, lease, submit};
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// After every record that there can be.
const LAST: RecordId = RecordId(Uuid::max());

pub(super) async fn run(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    task: &mut Task,
    (object, rule): (ObjectNo, MatchingNo),
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
        if !is_building(tenant, object, rule) {
            return Ok(Ran::Idle);
        }
        let after = task.after.unwrap_or(RecordId(Uuid::nil()));
        // Each record is compared with others, so that few are much work.
        let size = u32::try_from(pace.size()).unwrap_or(u32::MAX).min(SCAN_RECORDS_MAX);
        let found = tenant.store.stretch(tenant.id, &catalog, object, (after, LAST), size).await;
        let records = match found {
            Ok(seen) => seen.value,
            Err(StoreError::SchemaChanged) => {
                tenant.refresh().await?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(reached) = records.last().copied() else {
            return Ok(Ran::ToItsEnd { state: TaskState::Done, error: None });
        };
        let count = i64::try_from(records.len()).unwrap_or(0);
        pace.begin(tenant);
        let position = submit(engine, tenant, Work::Match(Scan { object, records })).await?;
        pace.end(position).await;
        task.after = Some(reached);
        task.done += count;
        let forward = Forward { lease: lease(engine), after: task.after, done: task.done, total: task.total };
        if !tenant.store.forward_task(tenant.id, task.id, forward).await? {
            return Ok(Ran::Lost);
        }
        tenant.background.come_forward();
    }
}

/// Whether the rule waits for it still: a scan may have been faster.
fn is_building(tenant: &Tenant, object: ObjectNo, rule: MatchingNo) -> bool {
    let catalog = tenant.catalog();
    let Some(object) = catalog.object(object) else { return false };
    object.matching.iter().any(|each| each.number == rule && !each.state.is_ready())
}
