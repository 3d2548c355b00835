//! `GET /v1/schema/objects/{object}/fields/{field}`: one field.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Answers a field.
pub(crate) async fn read(
    caller: Caller,
    Segments([object, field]): Segments<2>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::answer(&schema::field(&caller.session, &at_least, &object, &field).await?)
}
