//! A tenant's tokens.

use kith_model::id::{TenantId, TokenId};
use kith_model::right::Rights;
use kith_model::value::Cell;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::codec::{get, get_time, get_time_or_null};
use super::engine::Postgres;
use crate::error::Result;
use crate::query::{Seen, Token};
use crate::text::tenant::{TOKEN, TOKEN_BY_ID, TOKENS};

impl Postgres {
    pub(crate) async fn token(&self, tenant: TenantId, hash: [u8; 32]) -> Result<Seen<Option<Token>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.prepared(TOKEN).bind(Type::BYTEA, hash.to_vec());
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(token).transpose()? })
    }

    pub(crate) async fn token_of(&self, tenant: TenantId, id: TokenId) -> Result<Seen<Option<Token>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(TOKEN_BY_ID).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(token).transpose()? })
    }

    pub(crate) async fn tokens(
        &self,
        tenant: TenantId,
        after: Option<TokenId>,
        limit: u32,
    ) -> Result<Seen<Vec<Token>>> {
        let schema = self.schema(tenant).await?;
        let query = schema
            .once(TOKENS)
            .bind_cell(Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(token).collect::<Result<_>>()? })
    }
}

fn token(row: &Row) -> Result<Token> {
    Ok(Token {
        id: TokenId(get(row, 0)?),
        name: get(row, 1)?,
        created_at: get_time(row, 2)?,
        revoked_at: get_time_or_null(row, 3)?,
        rights: Rights::parse(get(row, 4)?),
    })
}
