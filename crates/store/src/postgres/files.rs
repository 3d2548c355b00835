//! The content of jobs' files, in pieces that are rows.

use kith_model::id::{JobId, TenantId};
use kith_model::value::Cell;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::codec::{get, get_time};
use super::engine::Postgres;
use super::error::failed;
use super::flight::Call;
use super::read::absent;
use crate::error::Result;
use crate::job::{FileDirection, JobPart, Piece, compress, decompress, unknown};
use crate::query::Seen;
use crate::text::job as text;

impl Postgres {
    pub(crate) async fn forget_job(&self, tenant: TenantId, id: JobId) -> Result<bool> {
        let (mut writing, _) = self.grant(tenant).await?;
        let forget = writing.schema.once(text::FORGET).bind_cell(Cell::Uuid(id.0));
        let rows = writing.connection.fly(&[forget]).await.map_err(failed)?;
        if rows[0].is_empty() {
            writing.rollback().await;
            return Ok(false);
        }
        let mut calls: Vec<Call<'_>> = [text::FORGET_FILES, text::FORGET_PIECES, text::FORGET_RESULTS]
            .map(|sql| writing.schema.once(sql).bind_cell(Cell::Uuid(id.0)))
            .into();
        calls.push(Call::plain("commit"));
        writing.connection.fly(&calls).await.map_err(failed)?;
        writing.connection.end();
        Ok(true)
    }

    pub(crate) async fn job_files(&self, tenant: TenantId, id: JobId) -> Result<Seen<Vec<JobPart>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::FILES).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(|row| part(row, id)).collect::<Result<_>>()? })
    }

    pub(crate) async fn put_piece(
        &self,
        tenant: TenantId,
        job: JobId,
        content: Uuid,
        piece: Piece,
    ) -> Result<()> {
        let schema = self.schema(tenant).await?;
        let Piece { start, bytes } = piece;
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let call = schema
            .once(text::PUT_PIECE)
            .bind_cell(Cell::Uuid(content))
            .bind_cell(Cell::Integer(start))
            .bind_cell(Cell::Integer(length))
            .bind_cell(Cell::Uuid(job.0))
            .bind(Type::BYTEA, compress(&bytes)?);
        self.reads.write(&[call]).await.map_err(absent).map(drop)
    }

    /// Under the tenant's row, as is the start of a job: no part comes after it.
    pub(crate) async fn put_part(&self, tenant: TenantId, part: JobPart) -> Result<bool> {
        let (mut writing, _) = self.grant(tenant).await?;
        let put = writing
            .schema
            .once(text::PUT_PART)
            .bind_cell(Cell::Uuid(part.job.0))
            .bind_cell(Cell::Text(part.direction.as_str().into()))
            .bind_cell(Cell::Text(part.name.as_str().into()))
            .bind_cell(Cell::Integer(part.part))
            .bind_cell(Cell::Text(part.state().into()))
            .bind_cell(Cell::Uuid(part.content))
            .bind_cell(Cell::Integer(part.bytes))
            .bind(Type::BYTEA, part.sha256.map(|hash| hash.to_vec()))
            .bind(Type::INT8, part.rows)
            .bind(Type::TEXT, part.content_type.as_deref())
            .bind_cell(Cell::Timestamp(part.created_at))
            .bind_cell(Cell::Text(part.direction.state_of_job().into()));
        let rows = writing.connection.fly(&[put, Call::plain("commit")]).await.map_err(failed)?;
        writing.connection.end();
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn drop_content(&self, tenant: TenantId, _job: JobId, content: Uuid) -> Result<()> {
        let schema = self.schema(tenant).await?;
        let call = schema.once(text::DROP_CONTENT).bind_cell(Cell::Uuid(content));
        self.reads.write(&[call]).await.map_err(absent).map(drop)
    }

    pub(crate) async fn stray_contents(&self, tenant: TenantId, job: JobId) -> Result<Vec<Uuid>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::STRAY).bind_cell(Cell::Uuid(job.0));
        let rows = self.reads.read(&[query]).await.map_err(absent)?;
        rows[0].iter().map(|row| get(row, 0)).collect()
    }

    pub(crate) async fn piece(
        &self,
        tenant: TenantId,
        _job: JobId,
        content: Uuid,
        byte: i64,
    ) -> Result<Option<Piece>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::PIECE).bind_cell(Cell::Uuid(content)).bind_cell(Cell::Integer(byte));
        let rows = self.reads.read(&[query]).await.map_err(absent)?;
        let Some(row) = rows[0].first() else { return Ok(None) };
        let kept = get::<Option<&[u8]>>(row, 2)?.ok_or_else(|| unknown("piece"))?;
        Ok(Some(Piece { start: get(row, 0)?, bytes: decompress(kept, get(row, 1)?)? }))
    }
}

/// The columns of [`crate::text::job::FILES`].
fn part(row: &Row, job: JobId) -> Result<JobPart> {
    let hash = get::<Option<&[u8]>>(row, 6)?;
    Ok(JobPart {
        job,
        direction: FileDirection::parse(get(row, 0)?)?,
        name: get(row, 1)?,
        part: get(row, 2)?,
        is_complete: get::<&str>(row, 3)? == "complete",
        content: get(row, 4)?,
        bytes: get(row, 5)?,
        sha256: hash.map(<[u8; 32]>::try_from).transpose().map_err(|_| unknown("hash"))?,
        rows: get(row, 7)?,
        content_type: get(row, 8)?,
        created_at: get_time(row, 9)?,
    })
}
