//! Jobs, their files and what became of their rows. The content of files is beside the
//! tenant's file, not in it, which would grow for ever.

use kith_model::decide::JobWrite;
use kith_model::id::{JobId, TenantId};
use kith_model::job::{ChunkResult, Job, JobKind, JobState, Progress};
use kith_model::time::Timestamp;
use kith_model::value::Cell;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::connection::Connection;
use super::engine::Sqlite;
use super::{decode, snapshot, sql};
use crate::error::{Error, Result, WriteError};
use crate::job::unknown;
use crate::query::{Lease, Seen};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::jobs`].
    ///
    /// # Errors
    /// See there.
    pub async fn jobs(&self, tenant: TenantId, before: Option<JobId>, limit: u32) -> Result<Seen<Vec<Job>>> {
        let before = before.map_or(Uuid::max(), |id| id.0);
        let cells = [Cell::Uuid(before), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::job::JOBS), &cells, job)).await
    }

    /// See [`crate::Store::job`].
    ///
    /// # Errors
    /// See there.
    pub async fn job(&self, tenant: TenantId, id: JobId) -> Result<Seen<Option<Job>>> {
        self.read(tenant, move |snapshot| find(snapshot.connection(), id)).await
    }

    /// See [`crate::Store::has_running_jobs`].
    ///
    /// # Errors
    /// See there.
    pub async fn has_running_jobs(&self, tenant: TenantId) -> Result<bool> {
        let count = self
            .read(tenant, |snapshot| {
                snapshot.first(sql!(text::job::RUNNING), &[], |row| Ok(row.get::<_, i64>(0)?))
            })
            .await?;
        Ok(count.value.is_some_and(|count| count > 0))
    }

    /// See [`crate::Store::start_job`].
    ///
    /// # Errors
    /// See there.
    pub async fn start_job(&self, tenant: TenantId, id: JobId, at: Timestamp) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            Ok(connection.prepare(sql!(text::job::START))?.exists(params![id.0.as_bytes(), at.0])?)
        })
        .await
    }

    /// See [`crate::Store::lease_job`].
    ///
    /// # Errors
    /// See there.
    pub async fn lease_job(&self, tenant: TenantId, lease: Lease) -> Result<Option<Job>> {
        let Lease { holder, now, until } = lease;
        let free = [Cell::Timestamp(now), Cell::Uuid(holder)];
        let found = self
            .read(tenant, move |snapshot| {
                snapshot.first(sql!(text::job::NEXT), &free, |row| decode::uuid(row, 0))
            })
            .await?;
        let Some(id) = found.value else { return Ok(None) };
        self.write(tenant, move |connection, _| {
            let cells = params![id.as_bytes(), holder.as_bytes(), until.0, now.0];
            if connection.prepare(sql!(text::job::LEASE))?.exists(cells)? {
                find(connection, JobId(id))
            } else {
                Ok(None)
            }
        })
        .await
    }

    /// See [`crate::Store::hold_job`].
    ///
    /// # Errors
    /// See there.
    pub async fn hold_job(&self, tenant: TenantId, id: JobId, lease: Lease) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            let cells = params![id.0.as_bytes(), lease.holder.as_bytes(), lease.until.0];
            Ok(connection.prepare(sql!(text::job::HOLD))?.exists(cells)?)
        })
        .await
    }

    /// See [`crate::Store::forward_job`].
    ///
    /// # Errors
    /// See there.
    pub async fn forward_job(
        &self,
        tenant: TenantId,
        id: JobId,
        progress: Progress,
        lease: Lease,
    ) -> Result<bool> {
        let progress = json(&progress)?;
        self.write(tenant, move |connection, _| {
            let cells = params![id.0.as_bytes(), lease.holder.as_bytes(), progress, lease.until.0];
            Ok(connection.prepare(sql!(text::job::FORWARD))?.exists(cells)?)
        })
        .await
    }

    /// See [`crate::Store::expired_jobs`].
    ///
    /// # Errors
    /// See there.
    pub async fn expired_jobs(
        &self,
        tenant: TenantId,
        before: Timestamp,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobId>> {
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let cells = [Cell::Timestamp(before), Cell::Integer(i64::from(limit)), Cell::Uuid(after)];
        let ids = self.read(tenant, move |snapshot| {
            snapshot.all(sql!(text::job::EXPIRED), &cells, |row| decode::uuid(row, 0).map(JobId))
        });
        Ok(ids.await?.value)
    }

    /// See [`crate::Store::job_results`].
    ///
    /// # Errors
    /// See there.
    pub async fn job_results(
        &self,
        tenant: TenantId,
        id: JobId,
        after: i64,
        limit: u32,
    ) -> Result<Seen<Vec<ChunkResult>>> {
        let cells = [Cell::Uuid(id.0), Cell::Integer(after), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::job::RESULTS), &cells, result)).await
    }

    /// See [`crate::Store::clear_job_results`].
    ///
    /// # Errors
    /// See there.
    pub async fn clear_job_results(&self, tenant: TenantId, id: JobId) -> Result<()> {
        self.write(tenant, move |connection, _| {
            connection.prepare(sql!(text::job::FORGET_RESULTS))?.execute([id.0.as_bytes()])?;
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::put_busy`].
    ///
    /// # Errors
    /// See there.
    pub async fn put_busy(&self, tenant: TenantId) -> Result<()> {
        self.control(move |control| {
            control.prepare(sql!(text::control::PUT_BUSY))?.execute([tenant.0.as_bytes()])?;
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::remove_busy`].
    ///
    /// # Errors
    /// See there.
    pub async fn remove_busy(&self, tenant: TenantId) -> Result<()> {
        self.control(move |control| {
            control.prepare(sql!(text::control::REMOVE_BUSY))?.execute([tenant.0.as_bytes()])?;
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::busy_tenants`].
    ///
    /// # Errors
    /// See there.
    pub async fn busy_tenants(&self, after: Option<TenantId>, limit: u32) -> Result<Vec<TenantId>> {
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let cells = [Cell::Uuid(after), Cell::Integer(i64::from(limit))];
        self.control(move |control| {
            snapshot::all(control, sql!(text::control::BUSY), &cells, |row| {
                decode::uuid(row, 0).map(TenantId)
            })
        })
        .await
    }
}

/// A job by its id.
pub(super) fn find(connection: &Connection, id: JobId) -> Result<Option<Job>> {
    snapshot::first(connection, sql!(text::job::JOB), &[Cell::Uuid(id.0)], job)
}

/// How many jobs have not ended.
pub(super) fn unfinished(connection: &Connection) -> Result<i64> {
    let count =
        snapshot::first(connection, sql!(text::job::UNFINISHED), &[], |row| Ok(row.get::<_, i64>(0)?))?;
    Ok(count.unwrap_or(0))
}

/// Writes what a batch does to jobs.
pub(super) fn write(connection: &Connection, writes: &[JobWrite]) -> Result<(), WriteError> {
    for write in writes {
        match write {
            JobWrite::Create(job) => {
                let Job { id, kind, state: _, definition, actor, progress, .. } = &**job;
                connection.prepare(sql!(text::job::CREATE))?.execute(params![
                    id.0.as_bytes(),
                    kind.as_str(),
                    definition,
                    actor.to_string(),
                    json(progress)?,
                    job.created_at.0
                ])?;
            }
            JobWrite::Progress { id, progress, chunk } => {
                let progress = json(progress)?;
                connection.prepare(sql!(text::job::PROGRESS))?.execute(params![id.0.as_bytes(), progress])?;
                write_result(connection, *id, chunk)?;
            }
            JobWrite::End { id, state, error, at } => {
                let error = error.as_ref().map(json).transpose()?;
                let cells = params![id.0.as_bytes(), state.as_str(), error, at.0];
                connection.prepare(sql!(text::job::END))?.execute(cells)?;
            }
        }
    }
    Ok(())
}

fn write_result(connection: &Connection, id: JobId, chunk: &ChunkResult) -> Result<(), WriteError> {
    if chunk.rows.is_empty() {
        return Ok(());
    }
    let failed = chunk.failed_text().map_err(|error| Error::Database(error.into()))?;
    connection.prepare(sql!(text::job::PUT_RESULT))?.execute(params![
        id.0.as_bytes(),
        chunk.step,
        chunk.file,
        chunk.pass,
        chunk.object.map(|object| object.0),
        chunk.first(),
        i64::try_from(chunk.rows.len()).unwrap_or(i64::MAX),
        chunk.done_bytes(),
        failed
    ])?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Database(error.into()))
}

/// The columns of [`crate::text::job::JOB`].
fn job(row: &Row<'_>) -> Result<Job> {
    let time = |index| -> Result<Option<Timestamp>> { Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp)) };
    let progress: Progress = serde_json::from_str(decode::text(row, 5)?).map_err(|_| unknown("progress"))?;
    Ok(Job {
        id: JobId(decode::uuid(row, 0)?),
        kind: JobKind::parse(decode::text(row, 1)?).ok_or_else(|| unknown("kind"))?,
        state: JobState::parse(decode::text(row, 2)?).ok_or_else(|| unknown("state"))?,
        definition: decode::text(row, 3)?.into(),
        actor: decode::text(row, 4)?.parse().map_err(|_| unknown("actor"))?,
        progress,
        error: decode::optional_text(row, 6)?.map(Box::from),
        created_at: decode::time(row, 7)?,
        started_at: time(8)?,
        ended_at: time(9)?,
    })
}

/// The columns of [`crate::text::job::RESULTS`].
fn result(row: &Row<'_>) -> Result<ChunkResult> {
    let done = row.get_ref(5)?.as_blob().map_err(|_| unknown("result"))?;
    crate::job::result((
        row.get(0)?,
        decode::text(row, 1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        done,
        decode::optional_text(row, 6)?,
    ))
}
