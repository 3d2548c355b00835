//! `POST /v1/duplicates/{first}/{second}/dismiss`: they are two.

use kith_engine::duplicates;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Remembers that two records are two.
pub(crate) async fn dismiss(
    caller: Caller,
    Segments([first, second]): Segments<2>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let receipt =
        duplicates::dismiss(&caller.session, &first, &second, |work| envelope.request(work)).await?;
    Ok(reply::done(&receipt))
}
