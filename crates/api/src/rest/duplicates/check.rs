//! `POST /v1/records/{object}/duplicates`: which records are likely to be one that is
//! not stored yet. Nothing is written.

use kith_engine::duplicates;

use crate::extract::{Asked, Caller, JsonObject, MinPosition, Segments};
use crate::problem::Outcome;

/// Answers the likely duplicates of a record that could be made.
pub(crate) async fn check(
    caller: Caller,
    Segments([object]): Segments<1>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let (input, _) = body.into_input();
    super::found(duplicates::check(&caller.session, &at_least, &object, input).await?)
}
