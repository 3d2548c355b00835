//! `GET /v1/records/{object}/{id}/duplicates`: which records are likely to be this one.

use kith_engine::duplicates;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;

/// Answers the likely duplicates of a record.
pub(crate) async fn of_record(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
) -> Outcome {
    super::found(duplicates::of_record(&caller.session, &at_least, &object, &id).await?)
}
