//! The baseline on PostgreSQL: the tenant's own schema, over one connection, a commit
//! sent as one flight of statements over arrays.

mod copy;
mod read;
mod value;
mod write;

use anyhow::{Context, Result};
use futures_util::future::BoxFuture;
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

use self::value::{Value, array};
use self::write::Statements;
use super::layout::Layout;
use super::rows::{Diffs, Rows};
use super::{Clock, Found, Shape};
use crate::bench::Place;
use crate::crm::Crm;

/// What Kith sets for its connections.
const SETTINGS: &str = "-c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off \
-c enable_material=off";

/// A tenant's schema.
pub(crate) struct Raw {
    client: Client,
    layout: Layout,
    schema: String,
    url: String,
    sample: Sample,
    rows: Rows,
    statements: Statements,
}

/// What a real create wrote.
struct Sample {
    /// The contact's row.
    contact: Vec<Value>,
    /// Actor, origin and schema version of its transaction.
    actor: String,
    origin: String,
    schema_version: i64,
    contact_no: i64,
    company_no: i64,
    diffs: Diffs,
}

impl Raw {
    /// Connects to the schema of a tenant.
    pub(crate) async fn open(place: &Place, crm: &Crm) -> Result<Self> {
        let url = place.url.clone().context("there is no PostgreSQL")?;
        let client = connect(&url).await?;
        let layout = Layout::of(crm)?;
        let schema = format!("\"{}\"", crm.tenant);
        let columns = layout.contact.columns.join(", ");
        let select = format!("select {columns} from {schema}.{} order by id limit 1", layout.contact.name);
        let contact = client.query_one(&select, &[]).await.context("the first contact")?;
        let sample = Sample::read(&client, &schema, &contact, crm).await?;
        let state = format!("select last_position, last_at from {schema}.kith_state where id = 1");
        let state = client.query_one(&state, &[]).await.context("the tenant's row")?;
        let at = state.try_get::<_, Value>(1)?.micros()?;
        let rows = Rows::new(crm, state.try_get(0)?, at, contact.try_get::<_, Uuid>(layout.places.id)?)?;
        let statements = Statements::prepare(&client, &schema, &layout, &contact).await?;
        Ok(Self { client, layout, schema, url, sample, rows, statements })
    }

    /// Creates a second.
    pub(crate) async fn creates(mut self, shape: Shape, mut clock: Clock) -> Result<Found> {
        let count = u64::try_from(shape.chunk)?;
        loop {
            let chunk = self.rows.chunk(shape);
            self.commit(&chunk, shape).await?;
            if !clock.add(count) {
                return Ok(clock.found());
            }
        }
    }
}

/// In how many transactions jobs have written records.
pub(crate) async fn transactions_of_jobs(place: &Place, crm: &Crm) -> Result<i64> {
    let client = connect(place.url.as_deref().context("there is no PostgreSQL")?).await?;
    let sql = format!("select count(*) from \"{}\".kith_transactions where job is not null", crm.tenant);
    Ok(client.query_one(&sql, &[]).await.context("the transactions of jobs")?.try_get(0)?)
}

/// Connects as Kith does; the connection works until the client is dropped.
async fn connect(url: &str) -> Result<Client> {
    let mut config: tokio_postgres::Config = url.parse().context("the address of PostgreSQL")?;
    let (client, connection) =
        config.options(SETTINGS).connect(NoTls).await.context("connecting to PostgreSQL")?;
    tokio::spawn(async move {
        // Its end is seen by whoever waits for an answer.
        let _ = connection.await;
    });
    Ok(client)
}

impl Sample {
    async fn read(client: &Client, schema: &str, contact: &Row, crm: &Crm) -> Result<Self> {
        let derived = format!(
            "select transaction_position, object_no, diff from {schema}.kith_changes \
             where kind = 'record.derived' order by position limit 1"
        );
        let derived = client.query_one(&derived, &[]).await.context("the first change of a roll-up")?;
        let position: i64 = derived.try_get(0)?;
        let created = format!("select object_no, diff from {schema}.kith_changes where position = $1");
        let created = client.query_one(&created, &[&position]).await.context("the change before it")?;
        let transaction = format!(
            "select actor, origin, schema_version from {schema}.kith_transactions where first_position = $1"
        );
        let transaction = client.query_one(&transaction, &[&position]).await.context("its transaction")?;
        Ok(Self {
            contact: (0..contact.len()).map(|index| contact.try_get(index)).collect::<Result<_, _>>()?,
            actor: transaction.try_get(0)?,
            origin: transaction.try_get(1)?,
            schema_version: transaction.try_get(2)?,
            contact_no: created.try_get(0)?,
            company_no: derived.try_get(1)?,
            diffs: Diffs::new(created.try_get(1)?, derived.try_get(2)?, crm)?,
        })
    }
}

/// A statement with an array for each of its parameters.
type Flight<'a> = BoxFuture<'a, Result<Vec<Row>, tokio_postgres::Error>>;

fn query<'a>(
    client: &'a Client,
    statement: &'a Statement,
    parameters: Vec<&'a (dyn tokio_postgres::types::ToSql + Sync)>,
) -> Flight<'a> {
    Box::pin(async move { client.query(statement, &parameters).await })
}

fn plain<'a>(client: &'a Client, sql: &'a str) -> Flight<'a> {
    Box::pin(async move { client.batch_execute(sql).await.map(|()| Vec::new()) })
}

/// `unnest($1::uuid[], …) as u (…)`.
fn unnest(columns: &[(&str, &str)]) -> String {
    let arrays: Vec<String> =
        columns.iter().enumerate().map(|(index, (_, kind))| array(index + 1, kind)).collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    format!("unnest({}) as u ({})", arrays.join(", "), names.join(", "))
}
