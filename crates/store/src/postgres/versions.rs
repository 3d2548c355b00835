//! Versions of the schema: what each changed, and the definitions as they were.

use kith_model::catalog::Definition;
use kith_model::decide::VersionWrite;
use kith_model::id::TenantId;
use kith_model::journal::{Position, SchemaVersion};
use kith_model::value::Cell;
use tokio_postgres::Row;

use super::codec::{get, get_time};
use super::engine::Postgres;
use super::flight::Call;
use super::read::{Schema, absent, definition};
use crate::ddl::{self, Purged, Remains};
use crate::error::{Error, Result};
use crate::query::{Seen, Version};
use crate::text::version as text;

impl Postgres {
    pub(crate) async fn versions(
        &self,
        tenant: TenantId,
        before: Option<SchemaVersion>,
        limit: u32,
    ) -> Result<Seen<Vec<Version>>> {
        let schema = self.schema(tenant).await?;
        let before = before.map_or(i64::MAX, |before| before.0);
        let query = schema
            .once(text::VERSIONS)
            .bind_cell(Cell::Integer(before))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(version).collect::<Result<_>>()? })
    }

    pub(crate) async fn definitions_at(
        &self,
        tenant: TenantId,
        at: SchemaVersion,
    ) -> Result<Seen<Option<Vec<Definition>>>> {
        let schema = self.schema(tenant).await?;
        let of = |text| schema.once(text).bind_cell(Cell::Integer(at.0));
        let queries = vec![of(text::VERSION), of(text::DEFINITIONS_AT)];
        let Seen { state, value } = self.snapshot(&schema, queries).await.map_err(absent)?;
        let [versions, definitions] = value.as_slice() else {
            return Err(Error::Corrupt("a version of the schema was not answered".to_owned()));
        };
        if versions.is_empty() {
            return Ok(Seen { state, value: None });
        }
        let definitions = definitions.iter().map(definition).collect::<Result<_>>()?;
        Ok(Seen { state, value: Some(definitions) })
    }

    pub(crate) async fn remains(&self, tenant: TenantId, purged: Purged) -> Result<Seen<Remains>> {
        let schema = self.schema(tenant).await?;
        let queries = ddl::remains(schema.dialect(), &purged).map(Call::once).into();
        let Seen { state, value } = self.snapshot(&schema, queries).await.map_err(absent)?;
        let count = |index: usize| -> Result<i64> {
            value.get(index).and_then(|rows| rows.first()).map_or(Ok(0), |row| get(row, 0))
        };
        let value =
            Remains { columns: count(0)?, indexes: count(1)?, constraints: count(2)?, metadata: count(3)? };
        Ok(Seen { state, value })
    }
}

/// Keeps a version; its definitions are kept beside it.
pub(super) fn write<'m>(schema: &Schema, made: &'m VersionWrite) -> Call<'m> {
    let VersionWrite { version, position, at, actor, changes } = made;
    schema
        .once(text::PUT_VERSION)
        .bind_cell(Cell::Integer(version.0))
        .bind_cell(Cell::Integer(position.0))
        .bind_cell(Cell::Timestamp(*at))
        .bind_cell(Cell::Text(actor.to_string().into()))
        .bind_cell(Cell::Text((&**changes).into()))
}

fn version(row: &Row) -> Result<Version> {
    let actor: &str = get(row, 3)?;
    Ok(Version {
        version: SchemaVersion(get(row, 0)?),
        position: Position(get(row, 1)?),
        at: get_time(row, 2)?,
        actor: actor.parse().map_err(|_| Error::Corrupt(format!("actor `{actor}`")))?,
        changes: get::<&str>(row, 4)?.into(),
    })
}
