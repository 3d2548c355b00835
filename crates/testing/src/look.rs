//! A look into the database itself, past Kith: for what a test must not take Kith's word
//! for.

use std::process::Command;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::database::Database;
use crate::tenant::Tenant;

impl Database {
    /// What a column of one of a tenant's tables holds, as text; null is empty.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn column(&self, tenant: &Tenant, table: &str, column: &str) -> Vec<String> {
        match self {
            Self::Sqlite(_) => self.look(tenant, &format!("select {column} from {table}")),
            Self::Postgres(_) => {
                self.look(tenant, &format!("select {column} from \"{}\".{table}", tenant.id()))
            }
        }
    }

    /// The names of all that there is in a tenant's file or schema: tables, indexes and
    /// constraints, and the columns of one table. On SQLite, where constraints are text,
    /// the table's own text is among them.
    ///
    /// # Panics
    /// When they cannot be read.
    #[must_use]
    pub fn names(&self, tenant: &Tenant, table: &str) -> Vec<String> {
        let schema = tenant.id();
        let queries = match self {
            Self::Sqlite(_) => vec![
                format!("select name from pragma_table_xinfo('{table}')"),
                "select name from sqlite_schema".to_owned(),
                format!("select sql from sqlite_schema where name = '{table}'"),
            ],
            Self::Postgres(_) => vec![
                format!(
                    "select a.attname from pg_attribute as a join pg_class as c on c.oid = a.attrelid join \
                     pg_namespace as n on n.oid = c.relnamespace where n.nspname = '{schema}' and c.relname = \
                     '{table}' and not a.attisdropped"
                ),
                format!(
                    "select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where \
                     n.nspname = '{schema}'"
                ),
                format!(
                    "select c.conname from pg_constraint as c join pg_namespace as n on n.oid = c.connamespace \
                     where n.nspname = '{schema}'"
                ),
            ],
        };
        queries.iter().flat_map(|query| self.look(tenant, query)).collect()
    }

    fn look(&self, tenant: &Tenant, query: &str) -> Vec<String> {
        match self {
            Self::Sqlite(folder) => {
                let file = folder.path().join("tenants").join(format!("{}.db", tenant.id()));
                look_into_file(&file, query)
            }
            Self::Postgres(url) => look_into_postgres(url, query),
        }
    }
}

fn look_into_file(file: &std::path::Path, query: &str) -> Vec<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).expect("the file opens");
    let mut statement = connection.prepare(query).expect("the query is one");
    let rows = statement.query_map([], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => String::new(),
        })
    });
    rows.expect("the query runs").collect::<Result<_, _>>().expect("the rows are read")
}

fn look_into_postgres(url: &str, query: &str) -> Vec<String> {
    let mut psql = Command::new("psql");
    psql.args([url, "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", query]);
    let done = psql.output().expect("`psql` runs");
    assert!(done.status.success(), "{query}\n{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}
