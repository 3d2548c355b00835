//! A write transaction: the tenant's row locked, until it is committed or undone.

use kith_model::catalog::Definition;
use kith_model::id::TenantId;
use kith_model::journal::{SchemaVersion, TenantState};

use super::connection::Connection;
use super::engine::Postgres;
use super::error::{failed, is_connection_lost, is_statement_stale};
use super::flight::Call;
use super::read::{Schema, absent, definition, definitions_since, state_of};
use crate::error::Result;
use crate::text::tenant::STATE;

/// A write transaction that holds its tenant's row.
pub struct Writing {
    pub(super) connection: Connection,
    pub(super) schema: Schema,
}

impl Postgres {
    /// Begins and locks in one flight. Nothing is done before, so a lost connection is
    /// tried again once.
    pub(crate) async fn grant(&self, tenant: TenantId) -> Result<(Writing, TenantState)> {
        let schema = self.schema(tenant).await?;
        let calls = [
            Call::plain("begin isolation level read committed"),
            schema.prepared(&format!("{STATE}\nfor update")),
        ];
        let mut is_retry = false;
        loop {
            let mut connection = self.lanes.get().await?;
            connection.begin();
            match connection.fly(&calls).await {
                Ok(rows) => {
                    let state = state_of(rows.get(1))?;
                    return Ok((Writing { connection, schema }, state));
                }
                Err(refused) => {
                    let is_passing = is_connection_lost(&refused.error) || is_statement_stale(&refused.error);
                    if is_retry || !is_passing {
                        return Err(absent(failed(refused)));
                    }
                    connection.forget_statements();
                    is_retry = true;
                }
            }
        }
    }
}

impl Writing {
    pub(crate) async fn definitions(&mut self, since: SchemaVersion) -> Result<Vec<Definition>> {
        let rows = self.connection.fly(&[definitions_since(&self.schema, since)]).await.map_err(failed)?;
        rows[0].iter().map(definition).collect()
    }

    pub(crate) async fn rollback(mut self) {
        // Without an answer the connection is lost, and the transaction with it.
        if self.connection.fly(&[Call::plain("rollback")]).await.is_ok() {
            self.connection.end();
        }
    }
}
