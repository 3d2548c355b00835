//! Tasks and followers. Whatever moves them is bookkeeping of our own, but for their
//! beginning and end, which stand in the schema change.

use kith_model::catalog::Catalog;
use kith_model::id::{FieldNo, ObjectNo, RecordId, TaskId, TenantId};
use kith_model::journal::Position;
use kith_model::limits::TASKS_KEPT_MAX;
use kith_model::schema::{Task, TaskState, TaskWork, TaskWrite};
use kith_model::time::Timestamp;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::codec::{Bound, get, get_time};
use super::engine::Postgres;
use super::error::failed;
use super::flight::Call;
use super::read::{Schema, absent, object_of};
use crate::ddl;
use crate::error::{Error, Result};
use crate::query::{Forward, Lease, Seen};
use crate::text::task as text;

impl Postgres {
    pub(crate) async fn tasks(
        &self,
        tenant: TenantId,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Seen<Vec<Task>>> {
        let schema = self.schema(tenant).await?;
        let before = before.map_or(Uuid::max(), |id| id.0);
        let query =
            schema.once(text::TASKS).bind_cell(Cell::Uuid(before)).bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(task).collect::<Result<_>>()? })
    }

    pub(crate) async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Seen<Option<Task>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::TASK).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(task).transpose()? })
    }

    pub(crate) async fn lease_task(&self, tenant: TenantId, lease: Lease) -> Result<Option<Task>> {
        let schema = self.schema(tenant).await?;
        let next = schema
            .once(text::NEXT_TASK)
            .bind_cell(Cell::Timestamp(lease.now))
            .bind_cell(Cell::Uuid(lease.holder));
        let rows = self.reads.read(&[next]).await.map_err(absent)?;
        let Some(row) = rows[0].first() else { return Ok(None) };
        let id: Uuid = get(row, 0)?;
        let call = schema
            .once(text::LEASE_TASK)
            .bind_cell(Cell::Uuid(id))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Timestamp(lease.until))
            .bind_cell(Cell::Timestamp(lease.now));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        if rows[0].is_empty() {
            return Ok(None);
        }
        Ok(self.task(tenant, TaskId(id)).await?.value)
    }

    pub(crate) async fn forward_task(&self, tenant: TenantId, id: TaskId, forward: Forward) -> Result<bool> {
        let Forward { lease, after, done, total } = forward;
        let after = Bound(after.map_or(Cell::Null, |id| Cell::Uuid(id.0)));
        let call = self
            .schema(tenant)
            .await?
            .once(text::FORWARD_TASK)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind(Type::UUID, after)
            .bind_cell(Cell::Integer(done))
            .bind_cell(Cell::Integer(total))
            .bind_cell(Cell::Timestamp(lease.now))
            .bind_cell(Cell::Timestamp(lease.until));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn hold_task(&self, tenant: TenantId, id: TaskId, lease: Lease) -> Result<bool> {
        let call = self
            .schema(tenant)
            .await?
            .once(text::HOLD_TASK)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Timestamp(lease.until));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn end_task(
        &self,
        tenant: TenantId,
        id: TaskId,
        state: TaskState,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        let schema = self.schema(tenant).await?;
        let end = TaskWrite::End { id, state, error, at };
        self.reads.write(&write(&schema, &end)).await.map_err(absent).map(drop)
    }

    pub(crate) async fn retry_task(&self, tenant: TenantId, id: TaskId, at: Timestamp) -> Result<bool> {
        let call = self
            .schema(tenant)
            .await?
            .once(text::RETRY_TASK)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Timestamp(at));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn stretch(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        number: ObjectNo,
        (after, last): (RecordId, RecordId),
        limit: u32,
    ) -> Result<Seen<Vec<RecordId>>> {
        let schema = self.schema(tenant).await?;
        let query = Call::prepared(text::stretch(schema.dialect(), object_of(catalog, number)?))
            .bind_cell(Cell::Uuid(after.0))
            .bind_cell(Cell::Uuid(last.0))
            .bind_cell(Cell::Integer(i64::from(limit)));
        self.ids(tenant, &schema, query).await
    }

    pub(crate) async fn count(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        number: ObjectNo,
        last: RecordId,
    ) -> Result<i64> {
        let schema = self.schema(tenant).await?;
        let query = Call::once(text::count(schema.dialect(), object_of(catalog, number)?))
            .bind_cell(Cell::Uuid(last.0));
        let rows = self.reads.read(&[query]).await?;
        rows[0].first().map_or(Ok(0), |row| get(row, 0))
    }

    pub(crate) async fn copy_wider(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        (object, field): (ObjectNo, FieldNo),
        (after, last): (RecordId, RecordId),
    ) -> Result<()> {
        let object = object_of(catalog, object)?;
        let (mut writing, state) = self.grant(tenant).await?;
        if state.schema_version != catalog.version() {
            writing.rollback().await;
            return Err(Error::SchemaChanged);
        }
        let sql = ddl::copy_wider_between(writing.schema.dialect(), object.definition(), field)?;
        let copy = Call::prepared(sql).bind_cell(Cell::Uuid(after.0)).bind_cell(Cell::Uuid(last.0));
        writing.connection.fly(&[copy, Call::plain("commit")]).await.map_err(failed)?;
        writing.connection.end();
        Ok(())
    }

    pub(crate) async fn referring(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        column: (ObjectNo, String),
        targets: Vec<RecordId>,
        after: RecordId,
        limit: u32,
    ) -> Result<Seen<Vec<RecordId>>> {
        let schema = self.schema(tenant).await?;
        let table = schema.dialect().table(&object_of(catalog, column.0)?.table().name);
        let column = column.1;
        // One look-up in the index a target, whatever the statistics say.
        let sql = format!(
            "select distinct t.id\nfrom unnest($1) as k (id)\ncross join lateral (\n  \
             select id from {table} where {column} = k.id and id > $2 order by id limit $3\n) as t\n\
             order by t.id\nlimit $3"
        );
        let targets = targets.into_iter().map(|id| Cell::Uuid(id.0)).collect();
        let query = Call::prepared(sql)
            .bind_cells(ColumnKind::Uuid, targets)
            .bind_cell(Cell::Uuid(after.0))
            .bind_cell(Cell::Integer(i64::from(limit)));
        self.ids(tenant, &schema, query).await
    }

    async fn ids(&self, tenant: TenantId, schema: &Schema, query: Call<'_>) -> Result<Seen<Vec<RecordId>>> {
        let Seen { state, mut value } = match self.snapshot(schema, vec![query]).await {
            Ok(seen) => seen,
            Err(error) => return Err(self.moved(tenant, error).await),
        };
        let rows = value.pop().unwrap_or_default();
        let ids = rows.iter().map(|row| get(row, 0).map(RecordId)).collect::<Result<_>>()?;
        Ok(Seen { state, value: ids })
    }

    pub(crate) async fn follower(
        &self,
        tenant: TenantId,
        name: &'static str,
    ) -> Result<Seen<Option<Position>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::FOLLOWER).bind_cell(Cell::Text(name.into()));
        let Seen { state, value } = self.see(&schema, query).await?;
        let position = value.first().map(|row| get(row, 0).map(Position)).transpose()?;
        Ok(Seen { state, value: position })
    }

    pub(crate) async fn lease_follower(
        &self,
        tenant: TenantId,
        name: &'static str,
        lease: Lease,
    ) -> Result<Option<Position>> {
        let call = self
            .schema(tenant)
            .await?
            .once(text::LEASE_FOLLOWER)
            .bind_cell(Cell::Text(name.into()))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Timestamp(lease.until))
            .bind_cell(Cell::Timestamp(lease.now));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        rows[0].first().map(|row| get(row, 0).map(Position)).transpose()
    }

    pub(crate) async fn move_follower(
        &self,
        tenant: TenantId,
        name: &'static str,
        position: Position,
        lease: Lease,
    ) -> Result<bool> {
        let call = self
            .schema(tenant)
            .await?
            .once(text::MOVE_FOLLOWER)
            .bind_cell(Cell::Text(name.into()))
            .bind_cell(Cell::Uuid(lease.holder))
            .bind_cell(Cell::Integer(position.0))
            .bind_cell(Cell::Timestamp(lease.now))
            .bind_cell(Cell::Timestamp(lease.until));
        let rows = self.reads.write(&[call]).await.map_err(absent)?;
        Ok(!rows[0].is_empty())
    }
}

/// The statements for what a schema change says of tasks.
pub(super) fn write<'m>(schema: &Schema, write: &'m TaskWrite) -> Vec<Call<'m>> {
    match write {
        TaskWrite::Create { id, work, at } => {
            let what = |call: Call<'m>| {
                call.bind_cell(Cell::Text(work.kind().into()))
                    .bind_cell(Cell::Integer(i64::from(work.object().0)))
                    .bind_cell(Cell::Integer(i64::from(work.part())))
            };
            vec![
                what(schema.once(text::REPLACE_TASK)),
                schema.once(text::FORGET_TASKS).bind_cell(Cell::Integer(TASKS_KEPT_MAX)),
                what(schema.once(text::INSERT_TASK).bind_cell(Cell::Uuid(id.0)))
                    .bind_cell(Cell::Timestamp(*at)),
            ]
        }
        TaskWrite::End { id, state, error, at } => {
            let error = error.as_deref().map_or(Cell::Null, |error| Cell::Text(error.into()));
            let call = schema
                .once(text::END_TASK)
                .bind_cell(Cell::Uuid(id.0))
                .bind_cell(Cell::Text(state.as_str().into()))
                .bind(Type::TEXT, Bound(error))
                .bind_cell(Cell::Timestamp(*at));
            vec![call]
        }
        TaskWrite::Follow { name, after, at } => {
            let call = schema
                .once(text::START_FOLLOWER)
                .bind_cell(Cell::Text((*name).into()))
                .bind_cell(Cell::Integer(after.0))
                .bind_cell(Cell::Timestamp(*at));
            vec![call]
        }
        TaskWrite::Unfollow { name } => {
            vec![schema.once(text::STOP_FOLLOWER).bind_cell(Cell::Text((*name).into()))]
        }
    }
}

fn task(row: &Row) -> Result<Task> {
    let unknown = |what: &str| Error::Corrupt(format!("a task's {what} is not known"));
    let number =
        |index| -> Result<u32> { u32::try_from(get::<i64>(row, index)?).map_err(|_| unknown("number")) };
    let work = TaskWork::of(get(row, 1)?, ObjectNo(number(2)?), number(3)?);
    Ok(Task {
        id: TaskId(get(row, 0)?),
        work: work.ok_or_else(|| unknown("kind"))?,
        state: TaskState::parse(get(row, 4)?).ok_or_else(|| unknown("state"))?,
        after: get::<Option<Uuid>>(row, 5)?.map(RecordId),
        done: get(row, 6)?,
        total: get(row, 7)?,
        error: get(row, 8)?,
        created_at: get_time(row, 9)?,
        updated_at: get_time(row, 10)?,
    })
}
