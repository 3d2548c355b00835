//! A stored computed field evaluated, or a default set, in the records that there were
//! when the schema changed. Later ones have it from their beginning.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kith_model::id::{FieldNo, ObjectNo, RecordId, format_typeid};
use kith_model::limits::FAULT_RECORDS_MAX;
use kith_model::schema::{Task, TaskState};
use kith_model::time::Timestamp;
use kith_store::{Error as StoreError, Forward};
use uuid::Uuid;

use super::count;
use super::run::Ran;
use crate::background::{Pace, fill, lease};
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// How often it is written down how far the task is. What was done since is looked at
/// again after a crash, and found to be done.
const FORWARD_EVERY: Duration = Duration::from_millis(250);

pub(super) async fn run(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    task: &mut Task,
    object: ObjectNo,
    field: FieldNo,
) -> Result<Ran> {
    let mut pace = Pace::new();
    let last = last_before(task.created_at);
    let mut passed_over = PassedOver::default();
    let mut told = Instant::now();
    if task.total == 0 {
        match count::records(engine, tenant, task, (object, last)).await? {
            Some(total) => task.total = total,
            None => return Ok(Ran::Lost),
        }
        if !forward(engine, tenant, task).await? {
            return Ok(Ran::Lost);
        }
    }
    loop {
        if !is_filling(tenant, object, field) {
            // Another node may have changed the schema meanwhile.
            tenant.refresh().await?;
            if !is_filling(tenant, object, field) {
                return Ok(Ran::Idle);
            }
        }
        let after = task.after.unwrap_or(RecordId(Uuid::nil()));
        let size = u32::try_from(pace.size()).unwrap_or(u32::MAX);
        let ids = match tenant.store.stretch(tenant.id, &tenant.catalog(), object, (after, last), size).await
        {
            Ok(seen) => seen.value,
            Err(StoreError::SchemaChanged) => {
                tenant.refresh().await?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(reached) = ids.last().copied() else {
            if !forward(engine, tenant, task).await? {
                return Ok(Ran::Lost);
            }
            let error = passed_over.say(tenant, object);
            return Ok(Ran::ToItsEnd { state: TaskState::Done, error });
        };
        let count = i64::try_from(ids.len()).unwrap_or(0);
        pace.begin(tenant);
        let filled = fill(engine, tenant, object, &[field], ids).await?;
        pace.end(filled.position).await;
        passed_over.extend(filled.passed_over);
        task.after = Some(reached);
        task.done += count;
        if told.elapsed() >= FORWARD_EVERY {
            told = Instant::now();
            if !forward(engine, tenant, task).await? {
                return Ok(Ran::Lost);
            }
        }
    }
}

/// Writes down how far the task is, and holds it for longer.
async fn forward(engine: &Engine, tenant: &Arc<Tenant>, task: &Task) -> Result<bool> {
    let forward = Forward { lease: lease(engine), after: task.after, done: task.done, total: task.total };
    let is_held = tenant.store.forward_task(tenant.id, task.id, forward).await?;
    tenant.background.come_forward();
    Ok(is_held)
}

fn is_filling(tenant: &Tenant, object: ObjectNo, field: FieldNo) -> bool {
    let catalog = tenant.catalog();
    let object = catalog.object(object);
    object
        .and_then(|object| object.slot(field).map(|slot| !object.fields()[slot].state.is_ready()))
        .unwrap_or(false)
}

/// The greatest id that a record can have which was made by then: ids begin with the
/// time of their making (RFC 9562), or, of records brought in from elsewhere, with an
/// earlier one. Of those, some may come while the task is under way: they are whole.
fn last_before(at: Timestamp) -> RecordId {
    let millis = u128::from(at.as_millis().unsigned_abs() & 0xffff_ffff_ffff);
    RecordId(Uuid::from_u128((millis << 80) | ((1 << 80) - 1)))
}

/// Records that cannot be filled: how many, and the first of them by name.
#[derive(Default)]
struct PassedOver {
    count: usize,
    first: Vec<(RecordId, String)>,
}

impl PassedOver {
    fn extend(&mut self, records: Vec<(RecordId, String)>) {
        self.count += records.len();
        let room = FAULT_RECORDS_MAX.saturating_sub(self.first.len());
        self.first.extend(records.into_iter().take(room));
    }

    fn say(self, tenant: &Tenant, object: ObjectNo) -> Option<String> {
        let (_, reason) = self.first.first()?;
        let catalog = tenant.catalog();
        let prefix = catalog.object(object).map(|object| object.prefix.clone()).unwrap_or_default();
        let ids: Vec<String> = self.first.iter().map(|(id, _)| format_typeid(&prefix, id.0)).collect();
        let more = self.count - ids.len();
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("{reason}: {}{rest}", ids.join(", ")))
    }
}
