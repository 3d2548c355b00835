//! `GET /v1/schema/versions`: what changed the schema, and when.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Answers a page of versions.
pub(crate) async fn versions(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(Paging { limit, cursor }): Asked<Paging>,
) -> Outcome {
    reply::page(&schema::versions(&caller.session, &at_least, limit, cursor).await?)
}
