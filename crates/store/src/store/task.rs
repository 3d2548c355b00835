//! Tasks and followers: what Kith itself does in the background. Whatever moves them is
//! bookkeeping of our own; their beginning and end stand in the schema change.

use kith_model::catalog::{Catalog, Definition, Key};
use kith_model::fault::Fault;
use kith_model::id::{FieldNo, ObjectNo, RecordId, TaskId, TenantId};
use kith_model::journal::Position;
use kith_model::schema::{Task, TaskState};
use kith_model::time::Timestamp;

use super::{Store, engine};
use crate::error::Result;
use crate::query::{Forward, KeyBuilt, Lease, Seen};

impl Store {
    /// Tasks before a place, the latest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tasks(
        &self,
        tenant: TenantId,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Seen<Vec<Task>>> {
        engine!(self, tasks(tenant, before, limit))
    }

    /// One task.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Seen<Option<Task>>> {
        engine!(self, task(tenant, id))
    }

    /// Takes the oldest task that is under way and that nobody holds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lease_task(&self, tenant: TenantId, lease: Lease) -> Result<Option<Task>> {
        engine!(self, lease_task(tenant, lease))
    }

    /// Notes how far a task is; answers false when it is not the holder's any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forward_task(&self, tenant: TenantId, id: TaskId, forward: Forward) -> Result<bool> {
        engine!(self, forward_task(tenant, id, forward))
    }

    /// Holds a task for longer, or lets it go by an end that is past; answers false when
    /// it is not the holder's any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hold_task(&self, tenant: TenantId, id: TaskId, lease: Lease) -> Result<bool> {
        engine!(self, hold_task(tenant, id, lease))
    }

    /// Ends a task whose part of the schema is gone. (Every other end stands in a schema
    /// change.)
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_task(
        &self,
        tenant: TenantId,
        id: TaskId,
        state: TaskState,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        engine!(self, end_task(tenant, id, state, error, at))
    }

    /// Takes up a task that was given up; answers false when there is none to take up, or
    /// another one does the same.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retry_task(&self, tenant: TenantId, id: TaskId, at: Timestamp) -> Result<bool> {
        engine!(self, retry_task(tenant, id, at))
    }

    /// Ids of an object's records after one and up to another, in order.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when the object is gone.
    pub async fn stretch(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        object: ObjectNo,
        between: (RecordId, RecordId),
        limit: u32,
    ) -> Result<Seen<Vec<RecordId>>> {
        engine!(self, stretch(tenant, catalog, object, between, limit))
    }

    /// How many records an object has, up to an id.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when the object is gone.
    pub async fn count(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        object: ObjectNo,
        last: RecordId,
    ) -> Result<i64> {
        engine!(self, count(tenant, catalog, object, last))
    }

    /// Ids after one, in order, of records whose reference `column` (of this object, from
    /// its table) leads to one of the targets.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when the object is gone.
    pub async fn referring(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        column: (ObjectNo, String),
        targets: Vec<RecordId>,
        after: RecordId,
        limit: u32,
    ) -> Result<Seen<Vec<RecordId>>> {
        engine!(self, referring(tenant, catalog, column, targets, after, limit))
    }

    /// Groups of records that share the values of a unique key to be, where an object has
    /// so many records that others should not wait for the answer.
    ///
    /// # Errors
    /// When the store fails, or the reading takes too long.
    pub async fn duplicates(
        &self,
        tenant: TenantId,
        definition: &Definition,
        key: &Key,
    ) -> Result<Seen<Vec<Fault>>> {
        engine!(self, duplicates(tenant, definition, key))
    }

    /// Writes the values of the records between two ids in their field's wider form, under
    /// the tenant's row. Nothing changes in what the records say, so the journal has no
    /// word of it.
    ///
    /// # Errors
    /// [`crate::Error::SchemaChanged`] when `catalog` is not the one in force.
    pub async fn copy_wider(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        field: (ObjectNo, FieldNo),
        between: (RecordId, RecordId),
    ) -> Result<()> {
        engine!(self, copy_wider(tenant, catalog, field, between))
    }

    /// Builds the index of a key while the records are in use; takes up what a node that
    /// has died has left of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn build_key(&self, tenant: TenantId, definition: &Definition, key: &Key) -> Result<KeyBuilt> {
        engine!(self, build_key(tenant, definition, key))
    }

    /// How far a follower is; none when there is no such follower.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn follower(&self, tenant: TenantId, name: &'static str) -> Result<Seen<Option<Position>>> {
        engine!(self, follower(tenant, name))
    }

    /// Takes a follower that nobody holds; answers how far it is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lease_follower(
        &self,
        tenant: TenantId,
        name: &'static str,
        lease: Lease,
    ) -> Result<Option<Position>> {
        engine!(self, lease_follower(tenant, name, lease))
    }

    /// Moves a follower; answers false when it is not the holder's any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn move_follower(
        &self,
        tenant: TenantId,
        name: &'static str,
        position: Position,
        lease: Lease,
    ) -> Result<bool> {
        engine!(self, move_follower(tenant, name, position, lease))
    }
}
