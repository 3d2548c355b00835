//! Organizations and their administrators' tokens.

use kith_model::id::{OrganizationId, TokenId};
use kith_model::time::Timestamp;
use kith_model::value::Cell;
use tokio_postgres::types::Type;

use super::codec::get;
use super::engine::{CONTROL, Postgres};
use super::error::failed;
use super::flight::Call;
use crate::control::OrganizationToken;
use crate::error::Result;
use crate::text::control::{
    ANY_ORGANIZATION_TOKEN, FIRST_ORGANIZATION, INSERT_ORGANIZATION, ORGANIZATION_TOKEN,
    PUT_ORGANIZATION_TOKEN,
};

impl Postgres {
    pub(crate) async fn ensure_organization(
        &self,
        id: OrganizationId,
        at: Timestamp,
    ) -> Result<OrganizationId> {
        let mut transaction = self.lanes.get().await?;
        transaction.begin();
        // Two nodes that start at once must not make two.
        let lock = CONTROL.text("lock table {organizations} in share row exclusive mode");
        let calls = [Call::plain("begin"), Call::plain(lock), Call::once(CONTROL.text(FIRST_ORGANIZATION))];
        let rows = transaction.fly(&calls).await.map_err(failed)?;
        if let Some(row) = rows[2].first() {
            return get(row, 0).map(OrganizationId);
        }
        let insert = Call::once(CONTROL.text(INSERT_ORGANIZATION))
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(Cell::Timestamp(at));
        transaction.fly(&[insert, Call::plain("commit")]).await.map_err(failed)?;
        transaction.end();
        Ok(id)
    }

    pub(crate) async fn has_organization_token(&self) -> Result<bool> {
        let rows = self.reads.read(&[Call::once(CONTROL.text(ANY_ORGANIZATION_TOKEN))]).await?;
        Ok(!rows[0].is_empty())
    }

    pub(crate) async fn put_organization_token(
        &self,
        token: OrganizationToken,
        hash: [u8; 32],
        at: Timestamp,
    ) -> Result<()> {
        let call = Call::once(CONTROL.text(PUT_ORGANIZATION_TOKEN))
            .bind_cell(Cell::Uuid(token.id.0))
            .bind_cell(Cell::Uuid(token.organization.0))
            .bind(Type::BYTEA, hash.to_vec())
            .bind_cell(Cell::Timestamp(at));
        self.reads.write(&[call]).await.map(drop)
    }

    pub(crate) async fn organization_token(&self, hash: [u8; 32]) -> Result<Option<OrganizationToken>> {
        let call = Call::prepared(CONTROL.text(ORGANIZATION_TOKEN)).bind(Type::BYTEA, hash.to_vec());
        let rows = self.reads.read(&[call]).await?;
        let Some(row) = rows[0].first() else { return Ok(None) };
        Ok(Some(OrganizationToken { id: TokenId(get(row, 0)?), organization: OrganizationId(get(row, 1)?) }))
    }
}
