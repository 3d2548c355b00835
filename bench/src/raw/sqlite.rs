//! The baseline on SQLite: the tenant's own file, opened with the settings that Kith
//! opens it with, and prepared statements.

mod checkpoints;
mod read;
mod write;

use anyhow::{Context, Result, ensure};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use self::checkpoints::Checkpoints;
use super::layout::Layout;
use super::rows::{Diffs, Rows};
use super::{Clock, Found, Shape};
use crate::bench::Place;
use crate::crm::Crm;

/// Kept beside the connection: more than there are.
const STATEMENTS: usize = 96;

/// A tenant's file.
pub(crate) struct Raw {
    connection: Connection,
    layout: Layout,
    texts: Texts,
    sample: Sample,
    rows: Rows,
    /// Ended before the connection is closed.
    _checkpoints: Checkpoints,
}

/// What a real create wrote.
struct Sample {
    /// The contact's row.
    contact: Vec<Value>,
    /// Actor, origin, job, trace and schema version of its transaction.
    transaction: Vec<Value>,
    created_kind: String,
    derived_kind: String,
    contact_no: i64,
    company_no: i64,
    diffs: Diffs,
}

/// Statements that depend on the tables.
struct Texts {
    insert_contact: String,
    count_contacts: String,
    find_email: String,
    read_company: String,
    read_contact: String,
}

impl Raw {
    /// Opens the file of a tenant that no Kith has open.
    pub(crate) fn open(place: &Place, crm: &Crm) -> Result<Self> {
        let path = place.tenant_file(&crm.tenant);
        let mut connection = open(&path)?;
        let layout = Layout::of(crm)?;
        let texts = Texts::of(&layout);
        let sample = Sample::read(&connection, &layout, crm)?;
        let (position, at) = connection
            .query_row("select last_position, last_at from kith_state where id = 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .context("the tenant's row")?;
        let rows = Rows::new(crm, position, at, blob(&sample.contact[layout.places.id])?)?;
        let checkpoints = Checkpoints::start(&mut connection, &path)?;
        Ok(Self { connection, layout, texts, sample, rows, _checkpoints: checkpoints })
    }

    /// Creates a second.
    pub(crate) fn creates(mut self, shape: Shape, mut clock: Clock) -> Result<Found> {
        let count = u64::try_from(shape.chunk)?;
        loop {
            let chunk = self.rows.chunk(shape);
            self.commit(&chunk, shape)?;
            if !clock.add(count) {
                return Ok(clock.found());
            }
        }
    }
}

/// In how many transactions jobs have written records.
pub(crate) fn transactions_of_jobs(place: &Place, crm: &Crm) -> Result<i64> {
    let connection = open(&place.tenant_file(&crm.tenant))?;
    let sql = "select count(*) from kith_transactions where job is not null";
    connection.query_row(sql, [], |row| row.get(0)).context("the transactions of jobs")
}

/// With the settings of Kith's own connections.
fn open(path: &std::path::Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).context("opening a tenant's file")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
    connection.execute_batch(
        "pragma foreign_keys = on;
         pragma synchronous = full;
         pragma wal_autocheckpoint = 0;
         pragma cache_size = -16384;
         pragma temp_store = memory;
         pragma trusted_schema = off;",
    )?;
    Ok(connection)
}

fn blob(value: &Value) -> Result<Uuid> {
    match value {
        Value::Blob(bytes) => Ok(Uuid::from_slice(bytes)?),
        other => anyhow::bail!("an id is stored as {other:?}"),
    }
}

impl Texts {
    fn of(layout: &Layout) -> Self {
        let Layout { contact, company, places, contacts } = layout;
        let columns = contact.columns.join(", ");
        let values: Vec<String> = (1..=contact.columns.len()).map(|index| format!("?{index}")).collect();
        let email = &contact.columns[places.email];
        Self {
            insert_contact: format!(
                "insert into {} ({columns}) values ({})",
                contact.name,
                values.join(", ")
            ),
            count_contacts: format!("update {} set {contacts} = ?1 where id = ?2", company.name),
            find_email: format!("select id from {} where {email} = ?1", contact.name),
            read_company: format!(
                "select {} from {} where id = ?1",
                company.columns.join(", "),
                company.name
            ),
            read_contact: format!("select {columns} from {} where id = ?1", contact.name),
        }
    }
}

impl Sample {
    fn read(connection: &Connection, layout: &Layout, crm: &Crm) -> Result<Self> {
        let contact = one(connection, &format!("select * from {} order by id limit 1", layout.contact.name))?;
        ensure!(contact.len() == layout.contact.columns.len(), "a contact has other columns than Kith says");
        let (created_kind, derived_kind) = ("record.created".to_owned(), "record.derived".to_owned());
        let derived = "select transaction_position, object_no, diff from kith_changes \
                       where kind = ?1 order by position limit 1";
        let (position, company_no, derived): (i64, i64, String) = connection
            .query_row(derived, [&derived_kind], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .context("the first change of a roll-up")?;
        let created = "select object_no, diff from kith_changes where position = ?1";
        let (contact_no, created): (i64, String) = connection
            .query_row(created, [position], |row| Ok((row.get(0)?, row.get(1)?)))
            .context("the change before it")?;
        let transaction = format!(
            "select actor, origin, job, trace, schema_version from kith_transactions where first_position = {position}"
        );
        let transaction = one(connection, &transaction)?;
        let diffs = Diffs::new(&created, &derived, crm)?;
        Ok(Self { contact, transaction, created_kind, derived_kind, contact_no, company_no, diffs })
    }
}

/// The only row.
fn one(connection: &Connection, sql: &str) -> Result<Vec<Value>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let row = statement.query_row([], |row| (0..columns).map(|column| row.get(column)).collect());
    row.with_context(|| format!("the only row of `{sql}`"))
}
