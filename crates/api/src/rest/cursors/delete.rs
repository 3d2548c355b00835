//! `DELETE /v1/cursors/{name}`: removes a cursor.

use http::StatusCode;
use kith_engine::cursors;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Removes a cursor.
pub(crate) async fn delete(
    caller: Caller,
    Segments([name]): Segments<1>,
    Asked(()): Asked<()>,
    Bodiless(_): Bodiless,
) -> Outcome {
    cursors::delete(&caller.session, &name).await?;
    let state = caller.session.state().await?;
    Ok(reply::stand(reply::empty(StatusCode::NO_CONTENT), state.last_position, state.history))
}
