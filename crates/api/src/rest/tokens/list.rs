//! `GET /v1/tokens`: the tenant's tokens, without their secrets.

use kith_engine::tokens;

use crate::extract::{Asked, Caller};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Answers a page of tokens.
pub(crate) async fn list(caller: Caller, Asked(Paging { limit, cursor }): Asked<Paging>) -> Outcome {
    reply::page(&tokens::list(&caller.session, limit, cursor).await?)
}
