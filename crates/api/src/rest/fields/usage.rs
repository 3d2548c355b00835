//! `GET /v1/schema/objects/{object}/fields/{field}/usage`: who has used a field.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Answers who has used a field, and for what.
pub(crate) async fn usage(
    caller: Caller,
    Segments([object, field]): Segments<2>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::answer(&schema::usage(&caller.session, &at_least, &object, &field).await?)
}
