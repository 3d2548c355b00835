//! One batch from the tenant's lock to the commit: load, decide, and again until
//! nothing is missing.

use std::collections::VecDeque;
use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::decide::{Batch, Decided, Loaded, Merged, Stop, hints};
use kith_model::fault::{Code, Fault};
use kith_model::id::HistoryId;
use kith_model::journal::TenantState;
use kith_store::Transaction;

use crate::clock;
use crate::engine::Engine;
use crate::error::Result;
use crate::lane::commit::{Committed, commit};
use crate::lane::job::Job;
use crate::tenant::Tenant;

/// Most operations decided in one batch: beyond it a commit takes longer than it saves.
const BATCH_WEIGHT_MAX: usize = 2_000;

/// Rounds of loading for a batch of several submissions (an update takes two).
const ROUNDS_MAX: usize = 8;

/// Rounds for a submission alone: a cascade takes one or two for each level.
const ROUNDS_ALONE_MAX: usize = 2 * kith_model::limits::CASCADE_DEPTH_MAX + 8;

/// With fewer keys than this the round that hints would spare costs less than they do.
const HINTS_MIN: usize = 100;

/// Jobs decided, in order, and the write they come to.
pub(super) struct Plan {
    pub(super) decided: Vec<Decided>,
    pub(super) merged: Option<Merged>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) history: HistoryId,
}

/// Takes a batch from the queue and carries it through.
///
/// # Errors
/// When the tenant's row cannot be locked; nothing was taken from the queue then.
pub(super) async fn batch(engine: &Engine, tenant: &Arc<Tenant>) -> Result<()> {
    let (transaction, state) = tenant.store.grant(tenant.id).await?;
    let jobs = take(tenant);
    if jobs.is_empty() {
        transaction.rollback().await;
        return Ok(());
    }
    let rest = carry(engine, tenant, transaction, state, jobs).await;
    let mut queue = tenant.lock_queue();
    for job in rest.into_iter().rev() {
        queue.jobs.push_front(job);
    }
    Ok(())
}

/// What one batch can hold, less what nobody waits for.
fn take(tenant: &Tenant) -> VecDeque<Job> {
    let mut queue = tenant.lock_queue();
    let mut jobs = VecDeque::new();
    let mut weight = 0;
    while let Some(job) = queue.jobs.front() {
        let is_abandoned = job.is_abandoned();
        if !is_abandoned && weight > 0 && weight + job.weight() > BATCH_WEIGHT_MAX {
            break;
        }
        let Some(job) = queue.jobs.pop_front() else { break };
        if !is_abandoned {
            weight += job.weight();
            jobs.push_back(job);
        }
    }
    jobs
}

/// Decides and commits as many of the jobs as stand together; answers those, and gives
/// back the others.
async fn carry(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    mut transaction: Transaction,
    state: TenantState,
    mut jobs: VecDeque<Job>,
) -> VecDeque<Job> {
    let mut rest = VecDeque::new();
    let mut is_retry = false;
    let mut grant = state;
    loop {
        let plan = match plan(tenant, &mut transaction, grant, &mut jobs, &mut rest).await {
            Ok(plan) => plan,
            Err(error) => {
                transaction.rollback().await;
                tracing::error!(tenant = %tenant.id, error = ?error, "a batch could not be decided");
                jobs.into_iter().for_each(|job| job.answer(Err(error.share())));
                return rest;
            }
        };
        let may_retry = !is_retry || jobs.len() > 1;
        match commit(engine, tenant, transaction, plan, jobs, may_retry).await {
            Committed::Answered => return rest,
            Committed::Refused(refused) => jobs = refused,
        }
        // The database refused a merged write: once more from the start; if it refuses
        // again, half of it, until the guilty one stands alone.
        if is_retry {
            let half = jobs.split_off(jobs.len().div_ceil(2));
            for job in half.into_iter().rev() {
                rest.push_front(job);
            }
        }
        is_retry = true;
        match tenant.store.grant(tenant.id).await {
            Ok((again, state)) => (transaction, grant) = (again, state),
            Err(error) => {
                let error = crate::error::Error::from(error);
                jobs.into_iter().for_each(|job| job.answer(Err(error.share())));
                return rest;
            }
        }
    }
}

/// Decides the jobs, loading what is missing, until all are decided. Those that cannot
/// stand in this batch move to the front of `rest`.
async fn plan(
    tenant: &Tenant,
    transaction: &mut Transaction,
    state: TenantState,
    jobs: &mut VecDeque<Job>,
    rest: &mut VecDeque<Job>,
) -> Result<Plan> {
    let catalog = catalog_at(tenant, transaction, &state).await?;
    let (now, seed) = (clock::now(), clock::seed()?);
    let mut loaded = Loaded::default();
    let hinted = hints(jobs.iter().map(|job| &job.submission), &catalog);
    if hinted.len() >= HINTS_MIN {
        let found = transaction.load(&catalog, &hinted).await?;
        loaded.extend(hinted, found);
    }
    let mut round = 0;
    loop {
        let mut batch = Batch::new(catalog.clone(), state, &loaded, now, seed);
        let decided = decide_all(&mut batch, jobs, rest);
        let missing = batch.take_missing();
        if missing.is_empty() {
            let catalog = batch.catalog().clone();
            return Ok(Plan { decided, merged: batch.finish(), catalog, history: state.history });
        }
        round += 1;
        if jobs.len() == 1 && round >= ROUNDS_ALONE_MAX {
            return Err(too_deep().into());
        }
        if jobs.len() > 1 && round >= ROUNDS_MAX {
            let half = jobs.split_off(jobs.len().div_ceil(2));
            half.into_iter().rev().for_each(|job| rest.push_front(job));
            round = 0;
        }
        let found = transaction.load(&catalog, &missing).await?;
        loaded.extend(missing, found);
    }
}

/// Decides each job that can be; a barrier sends it and those after it to the next batch.
fn decide_all(batch: &mut Batch<'_>, jobs: &mut VecDeque<Job>, rest: &mut VecDeque<Job>) -> Vec<Decided> {
    let mut decided = Vec::with_capacity(jobs.len());
    let mut is_incomplete = false;
    let mut barrier = None;
    for (index, job) in jobs.iter().enumerate() {
        match batch.decide(&job.submission) {
            Ok(done) => decided.push(done),
            Err(Stop::Missing) => is_incomplete = true,
            // While something before it is not decided, a barrier may still dissolve.
            Err(Stop::Barrier) if is_incomplete => break,
            Err(Stop::Barrier) => {
                barrier = Some(index);
                break;
            }
        }
    }
    if let Some(index) = barrier {
        jobs.split_off(index).into_iter().rev().for_each(|job| rest.push_front(job));
    }
    decided
}

/// The catalog in force under the lock.
async fn catalog_at(
    tenant: &Tenant,
    transaction: &mut Transaction,
    state: &TenantState,
) -> Result<Arc<Catalog>> {
    let catalog = tenant.catalog();
    if catalog.version() == state.schema_version {
        return Ok(catalog);
    }
    let definitions = transaction.definitions(catalog.version()).await?;
    Ok(tenant.extend_catalog(state.schema_version, definitions))
}

fn too_deep() -> Fault {
    Fault::new(Code::LimitReached, "the operation reaches through too many records")
        .hint("delete the records that refer to it in batches first")
}
