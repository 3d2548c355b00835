//! `GET /v1/schema/removed`: what is hidden, and can be restored or purged.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition};
use crate::problem::Outcome;
use crate::reply;

/// Answers what was removed.
pub(crate) async fn removed(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::page(&schema::removed(&caller.session, &at_least).await?)
}
