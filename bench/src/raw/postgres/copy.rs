//! One commit of creates, as PostgreSQL takes them fastest: by COPY, in binary form.

use std::pin::pin;

use anyhow::{Context, Result};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::Raw;
use super::value::Value;
use super::write::{CHANGE, TRANSACTION};
use crate::contact::CITIES;
use crate::raw::layout::Places;
use crate::raw::rows::{Change, Chunk, Created, What};
use crate::raw::{Clock, Found, Shape};

/// A value of a row.
type Cell = Box<dyn ToSql + Sync + Send>;

impl Raw {
    /// Creates a second.
    pub(crate) async fn copies(mut self, shape: Shape, mut clock: Clock) -> Result<Found> {
        let count = u64::try_from(shape.chunk)?;
        loop {
            let chunk = self.rows.chunk(shape);
            self.copy_chunk(&chunk).await?;
            if !clock.add(count) {
                return Ok(clock.found());
            }
        }
    }

    /// Writes a chunk durably.
    async fn copy_chunk(&self, chunk: &Chunk) -> Result<()> {
        let (parents, counts): (Vec<Uuid>, Vec<i64>) = chunk.parents.iter().copied().unzip();
        self.client.batch_execute("begin").await?;
        self.client.execute(&self.statements.count, &[&parents, &counts]).await?;
        let contact = (self.layout.contact.name.as_str(), self.layout.contact.columns.join(", "));
        let types = &self.statements.contact_types;
        self.copy(contact, types, chunk.contacts.iter().map(|each| self.record(each))).await?;
        let of = |columns: &[(&str, &str)]| -> Result<(String, Vec<Type>)> {
            let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            let types = columns.iter().map(|(_, kind)| known(kind)).collect::<Result<_>>()?;
            Ok((names.join(", "), types))
        };
        let (names, types) = of(&TRANSACTION)?;
        let rows = chunk.transactions.iter().map(|each| self.transaction(each));
        self.copy(("kith_transactions", names), &types, rows).await?;
        let (names, types) = of(&CHANGE)?;
        let rows = chunk.changes.iter().map(|each| self.change(each, chunk));
        self.copy(("kith_changes", names), &types, rows).await?;
        let at = Value::time(chunk.at);
        self.client.execute(&self.statements.advance, &[&chunk.position, &at]).await?;
        self.client.batch_execute("commit").await?;
        Ok(())
    }

    async fn copy(
        &self,
        (table, columns): (&str, String),
        types: &[Type],
        rows: impl Iterator<Item = Vec<Cell>>,
    ) -> Result<()> {
        let sql = format!("copy {}.{table} ({columns}) from stdin binary", self.schema);
        let sink = self.client.copy_in(&sql).await.context("beginning a copy")?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, types));
        for row in rows {
            let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|cell| &**cell as _).collect();
            writer.as_mut().write(&row).await.context("copying a row")?;
        }
        writer.finish().await.context("ending a copy")?;
        Ok(())
    }

    fn record(&self, created: &Created) -> Vec<Cell> {
        let Places { id, created_at, updated_at, provenance, name, email, company, city, score } =
            self.layout.places;
        let contact = &created.contact;
        let cell = |(place, same): (usize, &Value)| -> Cell {
            match place {
                _ if place == id => Box::new(created.id),
                _ if place == created_at || place == updated_at => Box::new(Value::time(created.at)),
                _ if place == provenance => Box::new(Value::json(&created.provenance())),
                _ if place == name => Box::new(contact.name()),
                _ if place == email => Box::new(contact.email()),
                _ if place == company => Box::new(self.rows.company_id(contact.company)),
                _ if place == city => Box::new(CITIES[contact.city]),
                _ if place == score => Box::new(i64::from(contact.score)),
                _ => Box::new(same.clone()),
            }
        };
        self.sample.contact.iter().enumerate().map(cell).collect()
    }

    fn transaction(&self, (first, last, at): &(i64, i64, i64)) -> Vec<Cell> {
        vec![
            Box::new(*first),
            Box::new(*last),
            Box::new(Value::time(*at)),
            Box::new(self.sample.actor.clone()),
            Box::new(self.sample.origin.clone()),
            Box::new(None::<String>),
            Box::new(None::<String>),
            Box::new(self.sample.schema_version),
        ]
    }

    fn change(&self, change: &Change, chunk: &Chunk) -> Vec<Cell> {
        let Change { position, transaction, record, what } = change;
        let (kind, object) = match what {
            What::Created(_) => ("record.created", self.sample.contact_no),
            What::Counted { .. } => ("record.derived", self.sample.company_no),
        };
        let diff = self.sample.diffs.text(*what, &chunk.contacts, &self.rows.companies);
        vec![
            Box::new(*position),
            Box::new(*transaction),
            Box::new(kind),
            Box::new(object),
            Box::new(*record),
            Box::new(1_i64),
            Box::new(diff),
        ]
    }
}

fn known(kind: &str) -> Result<Type> {
    Ok(match kind {
        "int8" => Type::INT8,
        "text" => Type::TEXT,
        "uuid" => Type::UUID,
        "timestamptz" => Type::TIMESTAMPTZ,
        other => anyhow::bail!("a column of type `{other}`"),
    })
}
