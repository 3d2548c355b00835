//! One commit of creates.

use anyhow::Result;
use futures_util::future::try_join_all;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use super::value::Value;
use super::{Raw, plain, query, unnest};
use crate::contact::CITIES;
use crate::raw::Shape;
use crate::raw::layout::{Layout, Places};
use crate::raw::rows::{Change, Chunk, Created, What};

/// Prepared statements.
pub(super) struct Statements {
    /// The types of a contact's columns.
    pub(super) contact_types: Vec<Type>,
    state: Statement,
    emails: Statement,
    companies: Statement,
    insert: Statement,
    /// Sets the counts of companies.
    pub(super) count: Statement,
    transactions: Statement,
    changes: Statement,
    /// Sets the last position and time.
    pub(super) advance: Statement,
}

impl Statements {
    /// Prepares them; the types are those of a contact that was read.
    pub(super) async fn prepare(
        client: &Client,
        schema: &str,
        layout: &Layout,
        contact: &Row,
    ) -> Result<Self> {
        let Layout { contact: table, company, places, contacts } = layout;
        let typed: Vec<(&str, &str)> =
            contact.columns().iter().map(|column| (column.name(), column.type_().name())).collect();
        let columns = table.columns.join(", ");
        let email = &table.columns[places.email];
        let company_columns = company.columns.join(", ");
        let prepare = async |sql: String| client.prepare(&sql).await;
        Ok(Self {
            contact_types: contact.columns().iter().map(|column| column.type_().clone()).collect(),
            state: prepare(format!(
                "select history_id, last_position, first_position, last_at, schema_version, access_version \
                 from {schema}.kith_state where id = 1 for update"
            ))
            .await?,
            emails: prepare(format!(
                "select t.id from {} cross join lateral \
                 (select id from {schema}.{} where {email} = u.email limit 1) as t",
                unnest(&[("email", "text")]),
                table.name
            ))
            .await?,
            companies: prepare(format!(
                "select t.* from {} cross join lateral \
                 (select {company_columns} from {schema}.{} where id = u.id limit 1) as t",
                unnest(&[("id", "uuid")]),
                company.name
            ))
            .await?,
            insert: prepare(format!(
                "insert into {schema}.{} ({columns}) select {columns} from {}",
                table.name,
                unnest(&typed)
            ))
            .await?,
            count: prepare(format!(
                "update {schema}.{} as t set {contacts} = u.count from {} where t.id = u.id",
                company.name,
                unnest(&[("id", "uuid"), ("count", "int8")])
            ))
            .await?,
            transactions: insert(client, schema, "kith_transactions", &TRANSACTION).await?,
            changes: insert(client, schema, "kith_changes", &CHANGE).await?,
            advance: prepare(format!(
                "update {schema}.kith_state set history_id = history_id, last_position = $1, \
                 first_position = first_position, last_at = $2, schema_version = schema_version, \
                 access_version = access_version where id = 1"
            ))
            .await?,
        })
    }
}

/// Columns of a transaction, with their types.
pub(super) const TRANSACTION: [(&str, &str); 8] = [
    ("first_position", "int8"),
    ("last_position", "int8"),
    ("at", "timestamptz"),
    ("actor", "text"),
    ("origin", "text"),
    ("job", "text"),
    ("trace", "text"),
    ("schema_version", "int8"),
];

/// Columns of a change, with their types.
pub(super) const CHANGE: [(&str, &str); 7] = [
    ("position", "int8"),
    ("transaction_position", "int8"),
    ("kind", "text"),
    ("object_no", "int8"),
    ("record_id", "uuid"),
    ("version", "int8"),
    ("diff", "text"),
];

async fn insert(client: &Client, schema: &str, table: &str, columns: &[(&str, &str)]) -> Result<Statement> {
    let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let sql = format!("insert into {schema}.{table} ({names}) select {names} from {}", unnest(columns));
    Ok(client.prepare(&sql).await?)
}

/// The arrays of one statement.
type Arrays = Vec<Box<dyn ToSql + Sync + Send>>;

impl Raw {
    /// Writes a chunk durably: in one flight, or in a lane's three.
    pub(super) async fn commit(&self, chunk: &Chunk, shape: Shape) -> Result<()> {
        let (parents, counts): (Vec<Uuid>, Vec<i64>) = chunk.parents.iter().copied().unzip();
        if shape.is_lane {
            self.load(chunk, &parents).await?;
        }
        let (records, journal, changed) = (self.records(chunk), self.journal(chunk), self.changes(chunk));
        let at = Value::time(chunk.at);
        let (client, prepared) = (&self.client, &self.statements);
        let begin = (!shape.is_lane).then(|| plain(client, "begin"));
        let writes = [
            query(client, &prepared.count, vec![&parents, &counts]),
            query(client, &prepared.insert, borrowed(&records)),
            query(client, &prepared.transactions, borrowed(&journal)),
            query(client, &prepared.changes, borrowed(&changed)),
            query(client, &prepared.advance, vec![&chunk.position, &at]),
            plain(client, "commit"),
        ];
        // They are polled in this order, which is when they are sent.
        try_join_all(begin.into_iter().chain(writes)).await?;
        Ok(())
    }

    /// What a lane does before it decides: it takes the tenant's row, then reads.
    async fn load(&self, chunk: &Chunk, parents: &Vec<Uuid>) -> Result<()> {
        let (client, prepared) = (&self.client, &self.statements);
        try_join_all([plain(client, "begin"), query(client, &prepared.state, Vec::new())]).await?;
        let emails: Vec<String> = chunk.contacts.iter().map(|created| created.contact.email()).collect();
        let emails = query(client, &prepared.emails, vec![&emails]);
        try_join_all([emails, query(client, &prepared.companies, vec![parents])]).await?;
        Ok(())
    }

    fn records(&self, chunk: &Chunk) -> Arrays {
        let length = chunk.contacts.len();
        let each = |place: usize| -> Box<dyn ToSql + Sync + Send> {
            let Places { id, created_at, updated_at, provenance, name, email, company, city, score } =
                self.layout.places;
            let created = chunk.contacts.iter();
            match place {
                _ if place == id => Box::new(created.map(|each| each.id).collect::<Vec<_>>()),
                _ if place == created_at || place == updated_at => {
                    Box::new(created.map(|each| Value::time(each.at)).collect::<Vec<_>>())
                }
                _ if place == provenance => {
                    Box::new(created.map(|each| Value::json(&each.provenance())).collect::<Vec<_>>())
                }
                _ if place == name => Box::new(created.map(|each| each.contact.name()).collect::<Vec<_>>()),
                _ if place == email => Box::new(created.map(|each| each.contact.email()).collect::<Vec<_>>()),
                _ if place == company => {
                    let company = |each: &Created| self.rows.company_id(each.contact.company);
                    Box::new(created.map(company).collect::<Vec<_>>())
                }
                _ if place == city => {
                    Box::new(created.map(|each| CITIES[each.contact.city]).collect::<Vec<_>>())
                }
                _ if place == score => {
                    Box::new(created.map(|each| i64::from(each.contact.score)).collect::<Vec<_>>())
                }
                _ => Box::new(vec![self.sample.contact[place].clone(); length]),
            }
        };
        (0..self.sample.contact.len()).map(each).collect()
    }

    fn journal(&self, chunk: &Chunk) -> Arrays {
        let rows = || chunk.transactions.iter();
        let length = chunk.transactions.len();
        vec![
            Box::new(rows().map(|(first, ..)| *first).collect::<Vec<i64>>()),
            Box::new(rows().map(|(_, last, _)| *last).collect::<Vec<i64>>()),
            Box::new(rows().map(|(.., at)| Value::time(*at)).collect::<Vec<_>>()),
            Box::new(vec![self.sample.actor.clone(); length]),
            Box::new(vec![self.sample.origin.clone(); length]),
            Box::new(vec![None::<String>; length]),
            Box::new(vec![None::<String>; length]),
            Box::new(vec![self.sample.schema_version; length]),
        ]
    }

    fn changes(&self, chunk: &Chunk) -> Arrays {
        let rows = || chunk.changes.iter();
        let of = |what: What| match what {
            What::Created(_) => ("record.created", self.sample.contact_no),
            What::Counted { .. } => ("record.derived", self.sample.company_no),
        };
        let diff =
            |change: &Change| self.sample.diffs.text(change.what, &chunk.contacts, &self.rows.companies);
        vec![
            Box::new(rows().map(|change| change.position).collect::<Vec<_>>()),
            Box::new(rows().map(|change| change.transaction).collect::<Vec<_>>()),
            Box::new(rows().map(|change| of(change.what).0).collect::<Vec<_>>()),
            Box::new(rows().map(|change| of(change.what).1).collect::<Vec<_>>()),
            Box::new(rows().map(|change| change.record).collect::<Vec<_>>()),
            Box::new(vec![1_i64; chunk.changes.len()]),
            Box::new(rows().map(diff).collect::<Vec<_>>()),
        ]
    }
}

fn borrowed(arrays: &Arrays) -> Vec<&(dyn ToSql + Sync)> {
    arrays.iter().map(|array| &**array as &(dyn ToSql + Sync)).collect()
}
