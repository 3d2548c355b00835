//! `DELETE /v1/tokens/{token}`: the end of a token.

use kith_engine::tokens;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Revokes a token.
pub(crate) async fn revoke(
    caller: Caller,
    Segments([token]): Segments<1>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    Ok(reply::done(&tokens::revoke(&caller.session, &token, |work| envelope.request(work)).await?))
}
