//! Reads by id: prepared point selects, many under way on a few connections, and the
//! record as JSON, in this process.

use std::fmt::Write;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use kith_model::id::{format_typeid, parse_typeid};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use super::{Raw, connect};
use crate::random::Random;
use crate::raw::{Clock, Found};

/// Connections: one for each backend that a small machine can run.
const CONNECTIONS: usize = 2;

/// Selects under way on each.
const DEPTH: usize = 32;

impl Raw {
    /// Reads a second.
    pub(crate) async fn reads(self, ids: &[String], mut clock: Clock) -> Result<Found> {
        let ids: Vec<Uuid> = ids.iter().map(|id| Ok(parse_typeid(id)?.1)).collect::<Result<_>>()?;
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let client = connect(&self.url).await?;
            let statement = client.prepare(&self.select()).await?;
            connections.push((client, statement));
        }
        let mut random = Random::new(1);
        let count = u64::try_from(CONNECTIONS * DEPTH)?;
        loop {
            let reads = connections.iter().flat_map(|connection| std::iter::repeat_n(connection, DEPTH));
            try_join_all(
                reads.map(|(client, statement)| read(client, statement, ids[random.below(ids.len())])),
            )
            .await?;
            if !clock.add(count) {
                return Ok(clock.found());
            }
        }
    }

    /// What has no plain form here is turned into text by the server.
    fn select(&self) -> String {
        let types = &self.statements.contact_types;
        let columns = self.layout.contact.columns.iter().zip(types).map(|(name, kind)| match *kind {
            Type::UUID | Type::INT8 | Type::BOOL | Type::TEXT => name.clone(),
            _ => format!("{name}::text as {name}"),
        });
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("select {columns} from {}.{} where id = $1", self.schema, self.layout.contact.name)
    }
}

async fn read(client: &Client, statement: &Statement, id: Uuid) -> Result<()> {
    let row = client.query_opt(statement, &[&id]).await?.context("a contact is not there")?;
    std::hint::black_box(json(&row)?);
    Ok(())
}

fn json(row: &Row) -> Result<String> {
    let mut text = String::with_capacity(1024);
    for (index, column) in row.columns().iter().enumerate() {
        text.push(if index == 0 { '{' } else { ',' });
        write!(text, "\"{}\":", column.name())?;
        let value = match *column.type_() {
            Type::UUID => row
                .try_get::<_, Option<Uuid>>(index)?
                .map(|id| format!("\"{}\"", format_typeid("contact", id))),
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(|integer| integer.to_string()),
            Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map(|boolean| boolean.to_string()),
            _ => row.try_get::<_, Option<&str>>(index)?.map(serde_json::to_string).transpose()?,
        };
        text.push_str(value.as_deref().unwrap_or("null"));
    }
    text.push('}');
    Ok(text)
}
