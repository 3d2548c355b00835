//! Tasks and followers. Whatever moves them is bookkeeping of our own, but for their
//! beginning and end, which stand in the schema change.

use kith_model::catalog::Catalog;
use kith_model::id::{FieldNo, ObjectNo, RecordId, TaskId, TenantId};
use kith_model::journal::Position;
use kith_model::limits::TASKS_KEPT_MAX;
use kith_model::schema::{Task, TaskState, TaskWork, TaskWrite};
use kith_model::time::Timestamp;
use kith_model::value::Cell;
use rusqlite::params;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use super::connection::Connection;
use super::engine::Sqlite;
use super::record::find;
use super::{decode, snapshot, sql};
use crate::ddl;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::query::{Forward, Lease, Seen};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::tasks`].
    ///
    /// # Errors
    /// See there.
    pub async fn tasks(
        &self,
        tenant: TenantId,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Seen<Vec<Task>>> {
        let before = before.map_or(Uuid::max(), |id| id.0);
        let cells = [Cell::Uuid(before), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::task::TASKS), &cells, task)).await
    }

    /// See [`crate::Store::task`].
    ///
    /// # Errors
    /// See there.
    pub async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Seen<Option<Task>>> {
        self.read(tenant, move |snapshot| snapshot.first(sql!(text::task::TASK), &[Cell::Uuid(id.0)], task))
            .await
    }

    /// See [`crate::Store::lease_task`].
    ///
    /// # Errors
    /// See there.
    pub async fn lease_task(&self, tenant: TenantId, lease: Lease) -> Result<Option<Task>> {
        let Lease { holder, now, until } = lease;
        let free = [Cell::Timestamp(now), Cell::Uuid(holder)];
        let found = self
            .read(tenant, move |snapshot| {
                snapshot.first(sql!(text::task::NEXT_TASK), &free, |row| decode::uuid(row, 0))
            })
            .await?;
        let Some(id) = found.value else { return Ok(None) };
        self.write(tenant, move |connection, _| {
            let leased = connection.prepare(sql!(text::task::LEASE_TASK))?.exists(params![
                id.as_bytes(),
                holder.as_bytes(),
                until.0,
                now.0
            ])?;
            if !leased {
                return Ok(None);
            }
            snapshot::first(connection, sql!(text::task::TASK), &[Cell::Uuid(id)], task)
        })
        .await
    }

    /// See [`crate::Store::forward_task`].
    ///
    /// # Errors
    /// See there.
    pub async fn forward_task(&self, tenant: TenantId, id: TaskId, forward: Forward) -> Result<bool> {
        let Forward { lease: Lease { holder, now, until }, after, done, total } = forward;
        self.write(tenant, move |connection, _| {
            let after = after.map(|id| *id.0.as_bytes());
            Ok(connection.prepare(sql!(text::task::FORWARD_TASK))?.exists(params![
                id.0.as_bytes(),
                holder.as_bytes(),
                after,
                done,
                total,
                now.0,
                until.0
            ])?)
        })
        .await
    }

    /// See [`crate::Store::hold_task`].
    ///
    /// # Errors
    /// See there.
    pub async fn hold_task(&self, tenant: TenantId, id: TaskId, lease: Lease) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            let cells = params![id.0.as_bytes(), lease.holder.as_bytes(), lease.until.0];
            Ok(connection.prepare(sql!(text::task::HOLD_TASK))?.exists(cells)?)
        })
        .await
    }

    /// See [`crate::Store::end_task`].
    ///
    /// # Errors
    /// See there.
    pub async fn end_task(
        &self,
        tenant: TenantId,
        id: TaskId,
        state: TaskState,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        let end = TaskWrite::End { id, state, error, at };
        self.write(tenant, move |connection, _| write(connection, &end)).await
    }

    /// See [`crate::Store::retry_task`].
    ///
    /// # Errors
    /// See there.
    pub async fn retry_task(&self, tenant: TenantId, id: TaskId, at: Timestamp) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            Ok(connection.prepare(sql!(text::task::RETRY_TASK))?.exists(params![id.0.as_bytes(), at.0])?)
        })
        .await
    }

    /// See [`crate::Store::stretch`].
    ///
    /// # Errors
    /// See there.
    pub async fn stretch(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        number: ObjectNo,
        (after, last): (RecordId, RecordId),
        limit: u32,
    ) -> Result<Seen<Vec<RecordId>>> {
        let Some(object) = catalog.object(number).cloned() else { return Err(Error::SchemaChanged) };
        let cells = [Cell::Uuid(after.0), Cell::Uuid(last.0), Cell::Integer(i64::from(limit))];
        self.read(tenant, move |snapshot| {
            let sql = text::task::stretch(Dialect::Sqlite, &object);
            snapshot.all(&sql, &cells, |row| decode::record(row, 0))
        })
        .await
    }

    /// See [`crate::Store::count`].
    ///
    /// # Errors
    /// See there.
    pub async fn count(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        number: ObjectNo,
        last: RecordId,
    ) -> Result<i64> {
        let Some(object) = catalog.object(number).cloned() else { return Err(Error::SchemaChanged) };
        let count = self.read(tenant, move |snapshot| {
            let sql = text::task::count(Dialect::Sqlite, &object);
            snapshot.first(&sql, &[Cell::Uuid(last.0)], |row| Ok(row.get::<_, i64>(0)?))
        });
        Ok(count.await?.value.unwrap_or(0))
    }

    /// See [`crate::Store::copy_wider`].
    ///
    /// # Errors
    /// See there.
    pub async fn copy_wider(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        (object, field): (ObjectNo, FieldNo),
        (after, last): (RecordId, RecordId),
    ) -> Result<()> {
        let version = catalog.version();
        let Some(object) = catalog.object(object).cloned() else { return Err(Error::SchemaChanged) };
        self.write(tenant, move |connection, state| {
            if state.schema_version != version {
                return Err(Error::SchemaChanged);
            }
            let sql = ddl::copy_wider_between(Dialect::Sqlite, object.definition(), field)?;
            connection.prepare(&sql)?.execute(params![after.0.as_bytes(), last.0.as_bytes()])?;
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::referring`].
    ///
    /// # Errors
    /// See there.
    pub async fn referring(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        column: (ObjectNo, String),
        targets: Vec<RecordId>,
        after: RecordId,
        limit: u32,
    ) -> Result<Seen<Vec<RecordId>>> {
        let table = find(catalog, column.0)?.table().name.clone();
        let sql = format!("select id from {table} where {} = ?1 and id > ?2 order by id limit ?3", column.1);
        self.read(tenant, move |snapshot| {
            let mut found = Vec::new();
            for target in &targets {
                let cells = [Cell::Uuid(target.0), Cell::Uuid(after.0), Cell::Integer(i64::from(limit))];
                found.extend(snapshot.all(&sql, &cells, |row| decode::record(row, 0))?);
            }
            found.sort_unstable();
            found.dedup();
            found.truncate(limit as usize);
            Ok(found)
        })
        .await
    }

    /// See [`crate::Store::follower`].
    ///
    /// # Errors
    /// See there.
    pub async fn follower(&self, tenant: TenantId, name: &'static str) -> Result<Seen<Option<Position>>> {
        self.read(tenant, move |snapshot| {
            let name = [Cell::Text(name.into())];
            snapshot.first(sql!(text::task::FOLLOWER), &name, |row| decode::position(row, 0))
        })
        .await
    }

    /// See [`crate::Store::lease_follower`].
    ///
    /// # Errors
    /// See there.
    pub async fn lease_follower(
        &self,
        tenant: TenantId,
        name: &'static str,
        lease: Lease,
    ) -> Result<Option<Position>> {
        self.write(tenant, move |connection, _| {
            let mut statement = connection.prepare(sql!(text::task::LEASE_FOLLOWER))?;
            let mut rows =
                statement.query(params![name, lease.holder.as_bytes(), lease.until.0, lease.now.0])?;
            rows.next()?.map(|row| decode::position(row, 0)).transpose()
        })
        .await
    }

    /// See [`crate::Store::move_follower`].
    ///
    /// # Errors
    /// See there.
    pub async fn move_follower(
        &self,
        tenant: TenantId,
        name: &'static str,
        position: Position,
        lease: Lease,
    ) -> Result<bool> {
        self.write(tenant, move |connection, _| {
            let cells = params![name, lease.holder.as_bytes(), position.0, lease.now.0, lease.until.0];
            Ok(connection.prepare(sql!(text::task::MOVE_FOLLOWER))?.exists(cells)?)
        })
        .await
    }
}

/// Writes what a schema change says of tasks.
pub(super) fn write(connection: &Connection, write: &TaskWrite) -> Result<()> {
    match write {
        TaskWrite::Create { id, work, at } => {
            let (kind, object, part) = (work.kind(), work.object().0, work.part());
            connection.prepare(sql!(text::task::REPLACE_TASK))?.execute(params![kind, object, part])?;
            connection.prepare(sql!(text::task::FORGET_TASKS))?.execute([TASKS_KEPT_MAX])?;
            connection.prepare(sql!(text::task::INSERT_TASK))?.execute(params![
                id.0.as_bytes(),
                kind,
                object,
                part,
                at.0
            ])?;
        }
        TaskWrite::End { id, state, error, at } => {
            let cells = params![id.0.as_bytes(), state.as_str(), error, at.0];
            connection.prepare(sql!(text::task::END_TASK))?.execute(cells)?;
        }
        TaskWrite::Follow { name, after, at } => {
            let cells = params![name, after.0, at.0];
            connection.prepare(sql!(text::task::START_FOLLOWER))?.execute(cells)?;
        }
        TaskWrite::Unfollow { name } => {
            connection.prepare(sql!(text::task::STOP_FOLLOWER))?.execute([name])?;
        }
    }
    Ok(())
}

fn task(row: &rusqlite::Row<'_>) -> Result<Task> {
    let unknown = |what: &str| Error::Corrupt(format!("a task's {what} is not known"));
    let (kind, state) = (decode::text(row, 1)?, decode::text(row, 4)?);
    let work = TaskWork::of(kind, ObjectNo(row.get(2)?), row.get(3)?);
    Ok(Task {
        id: TaskId(decode::uuid(row, 0)?),
        work: work.ok_or_else(|| unknown("kind"))?,
        state: TaskState::parse(state).ok_or_else(|| unknown("state"))?,
        after: match row.get_ref(5)? {
            ValueRef::Null => None,
            _ => Some(decode::record(row, 5)?),
        },
        done: row.get(6)?,
        total: row.get(7)?,
        error: row.get(8)?,
        created_at: decode::time(row, 9)?,
        updated_at: decode::time(row, 10)?,
    })
}
