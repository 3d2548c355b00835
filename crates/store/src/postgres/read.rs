//! How a tenant is read: the rows and the tenant's own row from one snapshot, in one
//! flight.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition, Object};
use kith_model::id::{HistoryId, ObjectNo, TenantId};
use kith_model::journal::{Position, SchemaVersion, TenantState};
use kith_model::value::Cell;
use tokio_postgres::Row;

use super::codec::{get, get_time};
use super::engine::Postgres;
use super::flight::Call;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::query::Seen;
use crate::text::tenant::{DEFINITIONS, STATE};

/// Begins a transaction whose statements all see what the first of them sees.
pub(super) const BEGIN_SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// The schema of a tenant: its id's text, which holds nothing that a quoted name cannot.
/// Operations take theirs from [`Postgres::schema`], which sees to its tables.
pub(super) struct Schema(String);

impl Schema {
    pub(super) fn of(tenant: TenantId) -> Self {
        Self(tenant.to_string())
    }

    pub(super) fn dialect(&self) -> Dialect<'_> {
        Dialect::Postgres { schema: &self.0 }
    }

    /// A statement of [`crate::text`] that will come again.
    pub(super) fn prepared<'a>(&self, template: &str) -> Call<'a> {
        Call::prepared(self.dialect().text(template))
    }

    /// A statement of [`crate::text`] that is rare.
    pub(super) fn once<'a>(&self, template: &str) -> Call<'a> {
        Call::once(self.dialect().text(template))
    }
}

impl Postgres {
    pub(crate) async fn state(&self, tenant: TenantId) -> Result<TenantState> {
        let schema = self.schema(tenant).await?;
        let rows = self.reads.read(&[schema.prepared(STATE)]).await.map_err(absent)?;
        state_of(rows.first())
    }

    pub(crate) async fn definitions(
        &self,
        tenant: TenantId,
        since: SchemaVersion,
    ) -> Result<Seen<Vec<Definition>>> {
        let schema = self.schema(tenant).await?;
        let Seen { state, value } = self.see(&schema, definitions_since(&schema, since)).await?;
        Ok(Seen { state, value: value.iter().map(definition).collect::<Result<_>>()? })
    }

    /// The rows of one query of a tenant's own tables.
    pub(super) async fn see(&self, schema: &Schema, query: Call<'_>) -> Result<Seen<Vec<Row>>> {
        let Seen { state, mut value } = self.snapshot(schema, vec![query]).await.map_err(absent)?;
        Ok(Seen { state, value: value.pop().unwrap_or_default() })
    }

    /// The rows of queries that depend on the catalog: refused when it is not the one in
    /// force.
    pub(super) async fn see_under(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        queries: Vec<Call<'_>>,
    ) -> Result<Seen<Vec<Vec<Row>>>> {
        match self.snapshot(&self.schema(tenant).await?, queries).await {
            Ok(seen) => current(seen.state, catalog).map(|()| seen),
            Err(error) => Err(self.moved(tenant, error).await),
        }
    }

    /// The rows of several queries of a tenant's tables.
    pub(super) async fn snapshot(
        &self,
        schema: &Schema,
        queries: Vec<Call<'_>>,
    ) -> Result<Seen<Vec<Vec<Row>>>> {
        let mut calls = vec![Call::plain(BEGIN_SNAPSHOT), schema.prepared(STATE)];
        calls.extend(queries);
        calls.push(Call::plain("commit"));
        let mut rows = self.reads.read(&calls).await?;
        rows.pop();
        let state = state_of(rows.get(1))?;
        Ok(Seen { state, value: rows.split_off(2) })
    }

    /// What a table or column that is missing means: another schema, or no tenant.
    pub(super) async fn moved(&self, tenant: TenantId, error: Error) -> Error {
        match error {
            Error::SchemaChanged => self.state(tenant).await.err().unwrap_or(Error::SchemaChanged),
            error => error,
        }
    }
}

/// Where no catalog is involved, a missing table is a missing tenant.
pub(super) fn absent(error: Error) -> Error {
    match error {
        Error::SchemaChanged => Error::NoTenant,
        error => error,
    }
}

/// Refuses a catalog that is not the one in force.
pub(super) fn current(state: TenantState, catalog: &Catalog) -> Result<()> {
    if state.schema_version == catalog.version() { Ok(()) } else { Err(Error::SchemaChanged) }
}

/// An object that the caller knows from this catalog.
pub(super) fn object_of(catalog: &Catalog, number: ObjectNo) -> Result<&Arc<Object>> {
    catalog.object(number).ok_or(Error::SchemaChanged)
}

/// The tenant's row, as [`STATE`] answers it.
pub(super) fn state_of(rows: Option<&Vec<Row>>) -> Result<TenantState> {
    rows.and_then(|rows| rows.first()).map_or(Err(Error::NoTenant), state)
}

/// The tenant's row from the first columns of a row.
pub(super) fn state(row: &Row) -> Result<TenantState> {
    Ok(TenantState {
        history: HistoryId(get(row, 0)?),
        last_position: Position(get(row, 1)?),
        first_position: Position(get(row, 2)?),
        last_at: get_time(row, 3)?,
        schema_version: SchemaVersion(get(row, 4)?),
        access_version: get(row, 5)?,
    })
}

pub(super) fn definitions_since<'a>(schema: &Schema, since: SchemaVersion) -> Call<'a> {
    schema.once(DEFINITIONS).bind_cell(Cell::Integer(since.0))
}

pub(super) fn definition(row: &Row) -> Result<Definition> {
    let text: &str = get(row, 0)?;
    serde_json::from_str(text).map_err(|error| Error::Corrupt(format!("a definition: {error}")))
}
