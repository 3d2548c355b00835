//! Commits a decided batch and answers everybody who waits for it.

use std::collections::VecDeque;
use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::decide::Decided;
use kith_model::fault::{Code, Fault};
use kith_model::id::KeyNo;
use kith_store::{Transaction, WriteError};

use crate::background;
use crate::engine::Engine;
use crate::error::Error;
use crate::follow;
use crate::lane::attempt::Plan;
use crate::lane::job::{Done, Job};
use crate::tenant::Tenant;

/// How a commit ended.
pub(super) enum Committed {
    /// Everybody was answered.
    Answered,
    /// The database refused the merged write; nobody was answered.
    Refused(VecDeque<Job>),
}

/// Writes the plan and answers the jobs; a refused write goes back if there `may_retry`.
pub(super) async fn commit(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    transaction: Transaction,
    plan: Plan,
    jobs: VecDeque<Job>,
    may_retry: bool,
) -> Committed {
    let Some(merged) = &plan.merged else {
        transaction.rollback().await;
        answer(plan, jobs);
        return Committed::Answered;
    };
    match transaction.commit(merged).await {
        Ok(()) => {
            tenant.adopt(&plan.catalog);
            tenant.advance(&merged.state);
            engine.services().announce(tenant.id, merged.state.last_position);
            background::look(engine, tenant);
            follow::wake(engine, tenant);
            answer(plan, jobs);
            Committed::Answered
        }
        Err(WriteError::Refused { constraint, source }) if may_retry => {
            tracing::warn!(tenant = %tenant.id, %constraint, %source, jobs = jobs.len(), "a merged write was refused");
            Committed::Refused(jobs)
        }
        Err(WriteError::Conflict(fault)) => {
            answer_conflict(plan, jobs, fault);
            Committed::Answered
        }
        Err(WriteError::Refused { constraint, source }) => {
            let fault = unique_key(&plan.catalog, &constraint);
            let error = WriteError::Refused { constraint, source };
            fail(tenant, plan, jobs, fault.map_or_else(|| error.into(), Error::from));
            Committed::Answered
        }
        Err(error) => {
            fail(tenant, plan, jobs, error.into());
            Committed::Answered
        }
    }
}

/// What a unique key refuses that decisions do not look at: one that is being built.
fn unique_key(catalog: &Catalog, constraint: &str) -> Option<Fault> {
    let number = KeyNo(constraint.strip_prefix("kith_k")?.parse().ok()?);
    let found = catalog
        .objects()
        .find_map(|object| object.keys.iter().find(|key| key.number == number).map(|key| (object, key)));
    let (object, key) = found?;
    let message = format!("another record has this value of the key `{}`", key.name);
    let fault = Fault::new(Code::NotUnique, message);
    let field = key.fields.first().filter(|_| key.fields.len() == 1).and_then(|field| object.slot(*field));
    Some(match field {
        Some(slot) => fault.at(&object.fields()[slot].name),
        None => fault,
    })
}

fn answer(plan: Plan, jobs: VecDeque<Job>) {
    let history = plan.history;
    for (job, decided) in jobs.into_iter().zip(plan.decided) {
        job.answer(match decided {
            Decided::Done(outcome) => Ok(Done::Committed { outcome, history, catalog: plan.catalog.clone() }),
            Decided::Replayed(kept) => Ok(Done::Replayed { kept, history }),
            Decided::Refused(faults) => Err(faults.into()),
        });
    }
}

/// Tells the schema change that the data do not allow it. It closed its batch, so it is
/// the last, and stands in none with writes, so what came before it changed nothing and
/// is right as it was decided.
fn answer_conflict(plan: Plan, mut jobs: VecDeque<Job>, fault: Fault) {
    if let Some(guilty) = jobs.pop_back() {
        guilty.answer(Err(fault.into()));
    }
    answer(plan, jobs);
}

/// Tells those whose writes were undone; refusals and replays stand.
fn fail(tenant: &Tenant, plan: Plan, jobs: VecDeque<Job>, error: Error) {
    tracing::error!(tenant = %tenant.id, error = ?error, "a batch was not committed");
    let history = plan.history;
    for (job, decided) in jobs.into_iter().zip(plan.decided) {
        job.answer(match decided {
            Decided::Done(_) => Err(error.share()),
            Decided::Replayed(kept) => Ok(Done::Replayed { kept, history }),
            Decided::Refused(faults) => Err(faults.into()),
        });
    }
}
