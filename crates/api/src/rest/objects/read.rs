//! `GET /v1/schema/objects/{object}`: one object.

use kith_engine::schema;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Answers an object.
pub(crate) async fn read(
    caller: Caller,
    Segments([object]): Segments<1>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::answer(&schema::object(&caller.session, &at_least, &object).await?)
}
