//! `GET /v1/schema/objects`: the objects.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition};
use crate::problem::Outcome;
use crate::reply;

/// Answers the objects.
pub(crate) async fn list(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::page(&schema::objects(&caller.session, &at_least).await?)
}
