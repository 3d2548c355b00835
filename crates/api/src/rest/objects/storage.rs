//! `GET /v1/schema/objects/{object}/storage`: how an object is stored and indexed.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Answers how an object is stored.
pub(crate) async fn storage(
    caller: Caller,
    Segments([object]): Segments<1>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::answer(&schema::storage(&caller.session, &at_least, &object).await?)
}
