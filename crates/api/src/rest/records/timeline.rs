//! `GET /v1/records/{object}/{id}/timeline/{field}`: how long it had which value.

use kith_engine::records;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Reads a field's timeline.
pub(crate) async fn timeline(
    caller: Caller,
    Segments([object, id, field]): Segments<3>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::answer(&records::timeline(&caller.session, &at_least, &object, &id, &field).await?)
}
