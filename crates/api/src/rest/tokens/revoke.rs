//! `DELETE /v1/tokens/{token}`: the end of a token.

use http::StatusCode;
use kith_engine::tokens;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Revokes a token.
pub(crate) async fn revoke(
    caller: Caller,
    Segments([token]): Segments<1>,
    Asked(()): Asked<()>,
    Bodiless(_): Bodiless,
) -> Outcome {
    let revoked = tokens::revoke(&caller.session, &token, caller.ticket.trace.clone()).await?;
    Ok(reply::stand(reply::empty(StatusCode::NO_CONTENT), revoked.position, revoked.history))
}
