//! One commit of creates.

use anyhow::Result;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, ToSql, params};

use super::Raw;
use crate::contact::CITIES;
use crate::raw::Shape;
use crate::raw::rows::{Change, Chunk, Created, What};

impl Raw {
    /// Writes a chunk durably.
    pub(super) fn commit(&self, chunk: &Chunk, shape: Shape) -> Result<()> {
        self.run("begin immediate")?;
        if shape.is_lane {
            self.load(chunk)?;
        }
        self.count(chunk)?;
        self.insert(chunk)?;
        self.journal(chunk)?;
        let sql = "update kith_state set history_id = history_id, last_position = ?1, \
                   first_position = first_position, last_at = ?2, schema_version = schema_version, \
                   access_version = access_version where id = 1";
        self.prepared(sql)?.execute(params![chunk.position, chunk.at])?;
        self.run("commit")
    }

    /// What a lane reads before it decides.
    fn load(&self, chunk: &Chunk) -> Result<()> {
        let state = "select history_id, last_position, first_position, last_at, schema_version, access_version \
                     from kith_state where id = 1";
        read(&mut self.prepared(state)?, [])?;
        let mut emails = self.prepared(&self.texts.find_email)?;
        for created in &chunk.contacts {
            read(&mut emails, [created.contact.email()])?;
        }
        let mut companies = self.prepared(&self.texts.read_company)?;
        for (company, _) in &chunk.parents {
            read(&mut companies, [company.as_bytes()])?;
        }
        Ok(())
    }

    fn count(&self, chunk: &Chunk) -> Result<()> {
        let mut statement = self.prepared(&self.texts.count_contacts)?;
        for (company, count) in &chunk.parents {
            statement.execute(params![count, company.as_bytes()])?;
        }
        Ok(())
    }

    fn insert(&self, chunk: &Chunk) -> Result<()> {
        let places = self.layout.places;
        let mut statement = self.prepared(&self.texts.insert_contact)?;
        for created in &chunk.contacts {
            let Created { id, contact, position: _, at } = created;
            for (column, value) in self.sample.contact.iter().enumerate() {
                statement.raw_bind_parameter(column + 1, value)?;
            }
            let (name, email, provenance) = (contact.name(), contact.email(), created.provenance());
            let company = self.rows.company_id(contact.company);
            let own: [(usize, &dyn ToSql); 9] = [
                (places.id, id.as_bytes()),
                (places.created_at, at),
                (places.updated_at, at),
                (places.provenance, &provenance),
                (places.name, &name),
                (places.email, &email),
                (places.company, company.as_bytes()),
                (places.city, &CITIES[contact.city]),
                (places.score, &contact.score),
            ];
            for (column, value) in own {
                statement.raw_bind_parameter(column + 1, value)?;
            }
            statement.raw_execute()?;
        }
        Ok(())
    }

    fn journal(&self, chunk: &Chunk) -> Result<()> {
        let mut statement = self.prepared(
            "insert into kith_transactions \
             (first_position, last_position, at, actor, origin, job, trace, schema_version) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for (first, last, at) in &chunk.transactions {
            let own: [&dyn ToSql; 3] = [first, last, at];
            let same = self.sample.transaction.iter().map(|value: &Value| value as &dyn ToSql);
            for (index, value) in own.into_iter().chain(same).enumerate() {
                statement.raw_bind_parameter(index + 1, value)?;
            }
            statement.raw_execute()?;
        }
        let mut statement = self.prepared(
            "insert into kith_changes \
             (position, transaction_position, kind, object_no, record_id, version, diff) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for Change { position, transaction, record, what } in &chunk.changes {
            let (kind, object) = match what {
                What::Created(_) => (&self.sample.created_kind, self.sample.contact_no),
                What::Counted { .. } => (&self.sample.derived_kind, self.sample.company_no),
            };
            let diff = self.sample.diffs.text(*what, &chunk.contacts, &self.rows.companies);
            statement.execute(params![position, transaction, kind, object, record.as_bytes(), 1, diff])?;
        }
        Ok(())
    }

    pub(super) fn prepared(&self, sql: &str) -> Result<CachedStatement<'_>> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.prepared(sql)?.raw_execute()?;
        Ok(())
    }
}

/// Reads all columns of what is found.
fn read(statement: &mut CachedStatement<'_>, parameters: impl rusqlite::Params) -> Result<()> {
    let columns = statement.column_count();
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            let _: Value = row.get(column)?;
        }
    }
    Ok(())
}
