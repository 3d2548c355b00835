//! Doing an export: its position is chosen, its objects are written one after another, and
//! what was written is listed.

use std::sync::Arc;

use kith_format::write::{Part, Shape};
use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault};
use kith_model::id::RecordId;
use kith_model::job::Job;
use kith_store::Error as StoreError;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::ask::Asked;
use super::course::{At, Course, Leg};
use super::define::asked;
use super::finish::finish;
use super::keep::{Keeper, Kept};
use super::read::{Halt, Reading};
use super::render::{Rendering, render};
use super::shown::{Shown, shape};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::jobs::phase::Ran;
use crate::position::PositionText;
use crate::tenant::Tenant;

/// How often an export begins again as the schema changes below it.
const RESTARTS_MAX: u32 = 10;

/// What waits between reading, rendering and keeping: enough that none waits for another.
const QUEUE: usize = 2;

/// Goes on with an export.
///
/// # Errors
/// What failed for the moment: the same is to be tried again.
pub(in crate::jobs) async fn run(engine: &Engine, tenant: &Arc<Tenant>, job: &mut Job) -> Result<Ran> {
    let asked = asked(job)?;
    let mut restarts = 0;
    loop {
        let mut course = match Course::parse(&job.progress.cursor) {
            Some(course) if restarts <= course.restarts => course,
            _ => match begin(tenant, job, &asked, restarts).await {
                Ok(course) => course,
                Err(error) => return refused(job, error),
            },
        };
        restarts = course.restarts;
        let mut keeper = Keeper { engine, tenant, job, asked: &asked, course: &mut course };
        let written = match keeper.forward().await? {
            true => write(&mut keeper).await,
            false => return Ok(Ran::Lost),
        };
        match written {
            Ok(true) if finish(tenant, job, &asked, &course).await? => return Ok(Ran::done(job)),
            Ok(_) => return Ok(Ran::Lost),
            Err(Halt::Reshaped) if restarts < RESTARTS_MAX => restarts += 1,
            Err(Halt::Reshaped) => {
                let message = "the schema of the objects changed again and again while they were exported";
                return Ok(Ran::failed(job, Fault::new(Code::PlanOutdated, message)));
            }
            Err(Halt::Failed(error)) => return refused(job, error),
        }
    }
}

/// What the caller can do something about ends the job; anything else is tried again.
fn refused(job: &Job, error: Error) -> Result<Ran> {
    let is_final =
        |fault: &&Fault| matches!(fault.code, Code::PositionExpired | Code::HistoryChanged | Code::NotFound);
    match error.faults().iter().find(is_final) {
        Some(fault) => Ok(Ran::failed(job, fault.clone())),
        None => Err(error),
    }
}

/// Chooses the position: the present one. What an earlier beginning has left goes.
async fn begin(tenant: &Arc<Tenant>, job: &mut Job, asked: &Asked, restarts: u32) -> Result<Course> {
    tenant.store.drop_outputs(tenant.id, job.id).await?;
    for content in tenant.store.stray_contents(tenant.id, job.id).await? {
        tenant.store.drop_content(tenant.id, job.id, content).await?;
    }
    let (catalog, state) = loop {
        let (catalog, state) = (tenant.catalog(), tenant.store.state(tenant.id).await?);
        if state.schema_version == catalog.version() {
            break (catalog, state);
        }
        tenant.refresh().await?;
    };
    if let Some(since) = asked.since {
        PositionText { position: since.position, history: Some(since.history) }.check_kept(&state)?;
    }
    let mut legs = Vec::new();
    let all = || catalog.visible().map(|object| object.number).collect();
    for number in asked.objects.clone().unwrap_or_else(all) {
        let object = catalog.object(number).filter(|object| object.removed.is_none()).ok_or_else(|| {
            let name = catalog.definition(number).map_or("", |object| object.name.as_str());
            Fault::new(Code::NotFound, format!("the object `{name}` is gone"))
        })?;
        legs.push(Leg { object: number, shape: shape(object), rows: 0, deleted: 0, purged: 0, files: 0 });
    }
    job.progress.total = match asked.since {
        None => count(tenant, &catalog, &legs).await?,
        Some(_) => None,
    };
    let at = At {
        history: state.history,
        position: state.last_position,
        time: state.last_at,
        schema_version: state.schema_version,
    };
    Ok(Course::begin(restarts, at, legs, asked.since))
}

/// How many records there are now, which is about how many there will be in the files.
async fn count(tenant: &Tenant, catalog: &Catalog, legs: &[Leg]) -> Result<Option<i64>> {
    let mut total = 0;
    for leg in legs {
        match tenant.store.count(tenant.id, catalog, leg.object, RecordId(Uuid::max())).await {
            Ok(count) => total += count,
            Err(StoreError::SchemaChanged) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(total))
}

/// Writes all that is left of the objects; answers false when the job is not this node's
/// any more.
async fn write(keeper: &mut Keeper<'_>) -> std::result::Result<bool, Halt> {
    while keeper.course.leg < keeper.course.objects.len() {
        if !object(keeper).await? {
            return Ok(false);
        }
    }
    // What was counted at the beginning was a guess.
    keeper.job.progress.total = Some(keeper.course.rows());
    Ok(keeper.forward().await?)
}

async fn object(keeper: &mut Keeper<'_>) -> std::result::Result<bool, Halt> {
    let leg = &keeper.course.objects[keeper.course.leg];
    let catalog = keeper.tenant.catalog();
    let object = catalog.object(leg.object).filter(|object| shape(object) == leg.shape).cloned();
    let Some(object) = object else { return Err(Halt::Reshaped) };
    let name = object.name.clone();
    let shown = Shown { object, catalog };
    let since = keeper.asked.since;
    let reading = Reading {
        tenant: keeper.tenant.clone(),
        shown: shown.clone(),
        shape: leg.shape.clone(),
        at: keeper.course.at,
    };
    let has_begun = keeper.course.file.as_ref().is_some_and(|file| file.bytes > 0);
    let rendering = Rendering {
        shown,
        format: keeper.asked.format,
        compression: keeper.asked.compression,
        shape: if since.is_some() { Shape::Changes } else { Shape::Records },
        now: keeper.course.at.time,
        part: if has_begun { Part::Next } else { Part::First },
    };
    // Each ends when the one behind it does, so nothing is left when this is given up.
    let (stretches, to_render) = mpsc::channel(QUEUE);
    let (pieces, to_keep) = mpsc::channel(QUEUE);
    let reader = tokio::spawn(reading.all(keeper.course.place, stretches));
    let renderer = tokio::task::spawn_blocking(move || render(rendering, to_render, pieces));
    match keeper.object(&name, to_keep).await? {
        Kept::All => Ok(true),
        Kept::Lost => Ok(false),
        Kept::Broken => {
            renderer.await.map_err(Error::internal)??;
            reader.await.map_err(Error::internal)??;
            Err(Error::internal("an export ended before its end").into())
        }
    }
}
