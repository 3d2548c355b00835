//! How long a step is likely to take, and what waits for it meanwhile.

use std::collections::BTreeMap;

use kith_model::limits::FILL_AT_ONCE_RECORDS_MAX;
use kith_model::schema::{Lock, PlannedStep, Runs, TaskState, TaskWork};
use kith_store::Store;
use serde_json::{Value as Json, json};

use crate::error::Result;
use crate::session::Session;

/// Finished tasks that are looked at for how fast they were.
const TASKS_READ: u32 = 50;

/// A task over fewer records says more about its beginning than about its pace.
const TASK_RECORDS_MIN: i64 = 1_000;

const SECOND_MICROS: i64 = 1_000_000;

/// Records a second, until a task of the tenant has said better: cautious guesses, and no
/// measurement (of backfills, it is what the benchmark promises). The answer says which
/// numbers are assumed.
const ASSUMED: [(Runs, i64); 4] =
    [(Runs::Check, 500_000), (Runs::Backfill, 20_000), (Runs::Rewrite, 20_000), (Runs::Index, 100_000)];

/// Records a second, by how a step is carried out, and whether that was measured.
#[derive(Default)]
pub(super) struct Rates(BTreeMap<&'static str, (i64, bool)>);

impl Rates {
    /// The pace of the tenant's own tasks, the latest of each kind, where there were any.
    pub(super) async fn measured(session: &Session) -> Result<Self> {
        let tenant = &session.tenant;
        let tasks = tenant.store.tasks(tenant.id, None, TASKS_READ).await?.value;
        let mut rates: BTreeMap<&'static str, (i64, bool)> =
            ASSUMED.iter().map(|(runs, rate)| (runs.as_str(), (*rate, false))).collect();
        // The latest comes first, so that the others must not take its place.
        for task in tasks.iter().rev().filter(|task| task.state == TaskState::Done) {
            let runs = match task.work {
                TaskWork::Fill(..) => Runs::Backfill,
                TaskWork::Widen(..) => Runs::Rewrite,
                TaskWork::Key(..) => Runs::Index,
                // No step runs as it does.
                TaskWork::Match(..) => continue,
            };
            let took = task.updated_at.0 - task.created_at.0;
            if task.done >= TASK_RECORDS_MIN && took > 0 {
                let rate = task.done.saturating_mul(SECOND_MICROS) / took;
                rates.insert(runs.as_str(), (rate.max(1), true));
            }
        }
        Ok(Self(rates))
    }

    /// About how many seconds a step takes, rounded up; `None` where the records were not
    /// counted.
    pub(super) fn seconds(&self, runs: Runs, records: Option<i64>) -> Option<i64> {
        if runs == Runs::Instant {
            return Some(0);
        }
        let (rate, _) = self.0.get(runs.as_str())?;
        records.map(|records| records.saturating_add(rate - 1) / rate)
    }

    /// The rates on the wire.
    pub(super) fn document(&self) -> Json {
        let rates = self.0.iter().map(|(runs, (rate, is_measured))| {
            let from = if *is_measured { "measured" } else { "assumed" };
            ((*runs).to_owned(), json!({"records_per_second": rate, "from": from}))
        });
        Json::Object(rates.collect())
    }
}

/// Who waits while a step is carried out: for what stands in its transaction, or for a
/// task that goes on beside everything else.
pub(super) fn locks(store: &Store, step: &PlannedStep, records: Option<i64>) -> &'static str {
    let is_few =
        records.is_some_and(|records| usize::try_from(records).unwrap_or(0) <= FILL_AT_ONCE_RECORDS_MAX);
    match (step.runs, store) {
        (Runs::Backfill | Runs::Rewrite, _) if is_few => {
            "writes of the tenant wait while the few records are written"
        }
        (Runs::Backfill | Runs::Rewrite, _) if step.lock <= Lock::Moment => {
            "nothing waits: records are written in small chunks, between the writes of others"
        }
        (Runs::Index, Store::Postgres(_)) => "nothing waits: the index is made beside the records in use",
        _ => step.lock.as_str(),
    }
}
