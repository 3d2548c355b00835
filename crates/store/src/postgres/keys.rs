//! Keys over many records: their indexes are built while the records are in use.

use kith_model::catalog::{Definition, Key};
use kith_model::fault::Fault;
use kith_model::id::TenantId;
use kith_model::limits::KEY_AT_ONCE_RECORDS_MAX;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::codec::get;
use super::engine::Postgres;
use super::error::meaning;
use super::flight::Call;
use super::read::Schema;
use crate::ddl;
use crate::error::{Error, Result};
use crate::query::{KeyBuilt, Seen};

/// The whole table is read, which takes as long as it takes; and the plans that are
/// discouraged elsewhere are the right ones. Waiting for others has an end.
const SETTINGS: &str = "set statement_timeout = 0; set lock_timeout = '60s'; set enable_seqscan = on; \
set enable_hashjoin = on; set enable_mergejoin = on; set enable_material = on";

impl Postgres {
    pub(crate) async fn duplicates(
        &self,
        tenant: TenantId,
        definition: &Definition,
        key: &Key,
    ) -> Result<Seen<Vec<Fault>>> {
        let schema = self.schema(tenant).await?;
        let many = ddl::has_more_than(schema.dialect(), definition, KEY_AT_ONCE_RECORDS_MAX);
        let Seen { state, value } = match self.see(&schema, Call::once(many)).await {
            Ok(seen) => seen,
            Err(error) => return Err(self.moved(tenant, error).await),
        };
        if value.is_empty() {
            return Ok(Seen { state, value: Vec::new() });
        }
        let client = self.connect().await?;
        Ok(Seen { state, value: groups(&client, &schema, definition, key).await? })
    }

    pub(crate) async fn build_key(
        &self,
        tenant: TenantId,
        definition: &Definition,
        key: &Key,
    ) -> Result<KeyBuilt> {
        let schema = self.schema(tenant).await?;
        // Not within a transaction, and longer than a pool should lend a connection.
        let client = self.connect().await?;
        match validity(&client, tenant, key).await? {
            // A node that died meanwhile had built it.
            Some(true) => return Ok(KeyBuilt::Built),
            Some(false) => drop_index(&client, &schema, key).await?,
            None => {}
        }
        if key.unique {
            let faults = groups(&client, &schema, definition, key).await?;
            if !faults.is_empty() {
                return Ok(KeyBuilt::NotUnique(faults));
            }
        }
        let create = ddl::create_key_apart(schema.dialect(), definition, key);
        let Err(error) = client.batch_execute(&create).await else { return Ok(KeyBuilt::Built) };
        // What is left of it counts for nothing and costs every write.
        drop_index(&client, &schema, key).await?;
        if error.code() == Some(&SqlState::UNIQUE_VIOLATION) {
            let faults = groups(&client, &schema, definition, key).await?;
            if !faults.is_empty() {
                return Ok(KeyBuilt::NotUnique(faults));
            }
        }
        Err(meaning(error))
    }

    /// A connection of its own, for one long piece of work.
    async fn connect(&self) -> Result<Client> {
        let (client, connection) = self.config.connect(NoTls).await.map_err(meaning)?;
        // It ends when the client is dropped.
        tokio::spawn(connection);
        client.batch_execute(SETTINGS).await.map_err(meaning)?;
        Ok(client)
    }
}

async fn groups(client: &Client, schema: &Schema, definition: &Definition, key: &Key) -> Result<Vec<Fault>> {
    let sql = ddl::groups(schema.dialect(), definition, key);
    let rows = client.query_typed(&sql, &[]).await.map_err(meaning)?;
    let rows: Vec<(Uuid, i64)> =
        rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect::<Result<_, Error>>()?;
    Ok(ddl::group_faults(definition, key, &rows))
}

/// Whether the index of a key is there, and whole.
async fn validity(client: &Client, tenant: TenantId, key: &Key) -> Result<Option<bool>> {
    let sql = format!(
        "select i.indisvalid\nfrom pg_index as i\njoin pg_class as c on c.oid = i.indexrelid\n\
         join pg_namespace as n on n.oid = c.relnamespace\n\
         where n.nspname = '{tenant}' and c.relname = 'kith_k{}'",
        key.number
    );
    let rows = client.query_typed(&sql, &[]).await.map_err(meaning)?;
    rows.first().map(|row| get(row, 0)).transpose()
}

async fn drop_index(client: &Client, schema: &Schema, key: &Key) -> Result<()> {
    let name = schema.dialect().index(&format!("kith_k{}", key.number));
    client.batch_execute(&format!("drop index concurrently if exists {name}")).await.map_err(meaning)
}
