//! `GET /v1/schema`: every object, and the version.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition};
use crate::problem::Outcome;
use crate::reply;

/// Answers the schema.
pub(crate) async fn read(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::answer(&schema::read(&caller.session, &at_least).await?)
}
