//! Jobs and what became of their rows.

use kith_model::decide::JobWrite;
use kith_model::id::{JobId, TenantId};
use kith_model::job::{ChunkResult, Job, JobKind, JobState, Progress};
use kith_model::time::Timestamp;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::codec::{Bound, cell, get, get_time, get_time_or_null};
use super::engine::{CONTROL, Postgres};
use super::error::failed;
use super::flight::Call;
use super::read::{Schema, absent};
use crate::error::{Error, Result};
use crate::job::unknown;
use crate::query::{Lease, Seen};
use crate::text::{control, job as text};

impl Postgres {
    pub(crate) async fn jobs(
        &self,
        tenant: TenantId,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Seen<Vec<Job>>> {
        let schema = self.schema(tenant).await?;
        let before = before.map_or(Uuid::max(), |id| id.0);
        let query =
            schema.once(text::JOBS).bind_cell(Cell::Uuid(before)).bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(|row| job(row, 0)).collect::<Result<_>>()? })
    }

    pub(crate) async fn job(&self, tenant: TenantId, id: JobId) -> Result<Seen<Option<Job>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::JOB).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(|row| job(row, 0)).transpose()? })
    }

    pub(crate) async fn has_running_jobs(&self, tenant: TenantId) -> Result<bool> {
        let schema = self.schema(tenant).await?;
        let rows = self.reads.read(&[schema.once(text::RUNNING)]).await.map_err(absent)?;
        Ok(rows[0].first().map_or(Ok(0), |row| get::<i64>(row, 0))? > 0)
    }

    pub(crate) async fn start_job(&self, tenant: TenantId, id: JobId, at: Timestamp) -> Result<bool> {
        let (mut writing, _) = self.grant(tenant).await?;
        let start =
            writing.schema.once(text::START).bind_cell(Cell::Uuid(id.0)).bind_cell(Cell::Timestamp(at));
        let rows = writing.connection.fly(&[start, Call::plain("commit")]).await.map_err(failed)?;
        writing.connection.end();
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn lease_job(&self, tenant: TenantId, lease: Lease) -> Result<Option<Job>> {
        let schema = self.schema(tenant).await?;
        let next =
            schema.once(text::NEXT).bind_cell(Cell::Timestamp(lease.now)).bind_cell(Cell::Uuid(lease.holder));
        let rows = self.reads.read(&[next]).await.map_err(absent)?;
        let Some(row) = rows[0].first() else { return Ok(None) };
        let id: Uuid = get(row, 0)?;
        let call = schema
            .once(text::LEASE)
            .bind_cell(Cell::Uuid(id))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Timestamp(lease.until))
            .bind_cell(Cell::Timestamp(lease.now));
        if self.answers(call).await? { Ok(self.job(tenant, JobId(id)).await?.value) } else { Ok(None) }
    }

    pub(crate) async fn hold_job(&self, tenant: TenantId, id: JobId, lease: Lease) -> Result<bool> {
        let schema = self.schema(tenant).await?;
        let call = schema
            .once(text::HOLD)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Timestamp(lease.until));
        self.answers(call).await
    }

    pub(crate) async fn forward_job(
        &self,
        tenant: TenantId,
        id: JobId,
        progress: Progress,
        lease: Lease,
    ) -> Result<bool> {
        let schema = self.schema(tenant).await?;
        let call = schema
            .once(text::FORWARD)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Text(json(&progress)?.into()))
            .bind_cell(Cell::Timestamp(lease.until));
        self.answers(call).await
    }

    pub(crate) async fn expired_jobs(
        &self,
        tenant: TenantId,
        before: Timestamp,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobId>> {
        let schema = self.schema(tenant).await?;
        let query = schema
            .once(text::EXPIRED)
            .bind_cell(Cell::Timestamp(before))
            .bind_cell(Cell::Integer(i64::from(limit)))
            .bind_cell(Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)));
        let rows = self.reads.read(&[query]).await.map_err(absent)?;
        rows[0].iter().map(|row| get(row, 0).map(JobId)).collect()
    }

    pub(crate) async fn job_results(
        &self,
        tenant: TenantId,
        id: JobId,
        after: i64,
        limit: u32,
    ) -> Result<Seen<Vec<ChunkResult>>> {
        let schema = self.schema(tenant).await?;
        let query = schema
            .once(text::RESULTS)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Integer(after))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(result).collect::<Result<_>>()? })
    }

    pub(crate) async fn clear_job_results(&self, tenant: TenantId, id: JobId) -> Result<()> {
        let schema = self.schema(tenant).await?;
        let call = schema.once(text::FORGET_RESULTS).bind_cell(Cell::Uuid(id.0));
        self.reads.write(&[call]).await.map_err(absent).map(drop)
    }

    pub(crate) async fn put_busy(&self, tenant: TenantId) -> Result<()> {
        let call = Call::once(CONTROL.text(control::PUT_BUSY)).bind_cell(Cell::Uuid(tenant.0));
        self.reads.write(&[call]).await.map(drop)
    }

    pub(crate) async fn remove_busy(&self, tenant: TenantId) -> Result<()> {
        let call = Call::once(CONTROL.text(control::REMOVE_BUSY)).bind_cell(Cell::Uuid(tenant.0));
        self.reads.write(&[call]).await.map(drop)
    }

    pub(crate) async fn busy_tenants(&self, after: Option<TenantId>, limit: u32) -> Result<Vec<TenantId>> {
        let call = Call::once(CONTROL.text(control::BUSY))
            .bind_cell(Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let rows = self.reads.read(&[call]).await?;
        rows[0].iter().map(|row| get(row, 0).map(TenantId)).collect()
    }

    /// Whether a statement that changes something answers a row.
    pub(super) async fn answers(&self, call: Call<'_>) -> Result<bool> {
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }
}

/// What a batch does to jobs.
pub(super) fn write<'m>(schema: &Schema, writes: &'m [JobWrite], calls: &mut Vec<Call<'m>>) -> Result<()> {
    for write in writes {
        match write {
            JobWrite::Create(job) => calls.push(
                schema
                    .once(text::CREATE)
                    .bind_cell(Cell::Uuid(job.id.0))
                    .bind_cell(Cell::Text(job.kind.as_str().into()))
                    .bind_cell(Cell::Text((&*job.definition).into()))
                    .bind_cell(Cell::Text(job.actor.to_string().into()))
                    .bind_cell(Cell::Text(json(&job.progress)?.into()))
                    .bind_cell(Cell::Timestamp(job.created_at)),
            ),
            JobWrite::Progress { id, progress, chunk } => {
                calls.push(
                    schema
                        .prepared(text::PROGRESS)
                        .bind_cell(Cell::Uuid(id.0))
                        .bind_cell(Cell::Text(json(progress)?.into())),
                );
                if !chunk.rows.is_empty() {
                    calls.push(write_result(schema, *id, chunk)?);
                }
            }
            JobWrite::End { id, state, error, at } => {
                let error = error.as_ref().map(json).transpose()?;
                calls.push(
                    schema
                        .once(text::END)
                        .bind_cell(Cell::Uuid(id.0))
                        .bind_cell(Cell::Text(state.as_str().into()))
                        .bind(Type::TEXT, error)
                        .bind_cell(Cell::Timestamp(*at)),
                );
            }
        }
    }
    Ok(())
}

fn write_result<'m>(schema: &Schema, id: JobId, chunk: &'m ChunkResult) -> Result<Call<'m>> {
    let failed = chunk.failed_text().map_err(|error| Error::Database(error.into()))?;
    let object = chunk.object.map_or(Cell::Null, |object| Cell::Integer(i64::from(object.0)));
    Ok(schema
        .prepared(text::PUT_RESULT)
        .bind_cell(Cell::Uuid(id.0))
        .bind_cell(Cell::Integer(chunk.step))
        .bind_cell(Cell::Text((&*chunk.file).into()))
        .bind_cell(Cell::Integer(chunk.pass))
        .bind(Type::INT8, Bound(object))
        .bind_cell(Cell::Integer(chunk.first()))
        .bind_cell(Cell::Integer(i64::try_from(chunk.rows.len()).unwrap_or(i64::MAX)))
        .bind(Type::BYTEA, chunk.done_bytes())
        .bind(Type::TEXT, failed))
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Database(error.into()))
}

/// The columns of [`crate::text::job::JOB`], from a column on.
pub(super) fn job(row: &Row, from: usize) -> Result<Job> {
    Ok(Job {
        id: JobId(get(row, from)?),
        kind: JobKind::parse(get(row, from + 1)?).ok_or_else(|| unknown("kind"))?,
        state: JobState::parse(get(row, from + 2)?).ok_or_else(|| unknown("state"))?,
        definition: get::<&str>(row, from + 3)?.into(),
        actor: get::<&str>(row, from + 4)?.parse().map_err(|_| unknown("actor"))?,
        progress: serde_json::from_str(get(row, from + 5)?).map_err(|_| unknown("progress"))?,
        error: get::<Option<&str>>(row, from + 6)?.map(Box::from),
        created_at: get_time(row, from + 7)?,
        started_at: get_time_or_null(row, from + 8)?,
        ended_at: get_time_or_null(row, from + 9)?,
    })
}

/// The columns of [`crate::text::job::RESULTS`].
fn result(row: &Row) -> Result<ChunkResult> {
    let object = match cell(row, 3, ColumnKind::Integer)? {
        Cell::Integer(number) => Some(number),
        _ => None,
    };
    let (done, failed) = (get::<&[u8]>(row, 5)?, get(row, 6)?);
    crate::job::result((get(row, 0)?, get(row, 1)?, get(row, 2)?, object, get(row, 4)?, done, failed))
}
