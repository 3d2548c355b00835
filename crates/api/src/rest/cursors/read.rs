//! `GET /v1/cursors/{name}`: one named cursor, and how far it lags.

use kith_engine::cursors;

use crate::extract::{Asked, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Answers a cursor.
pub(crate) async fn read(caller: Caller, Segments([name]): Segments<1>, Asked(()): Asked<()>) -> Outcome {
    reply::answer(&cursors::get(&caller.session, &name).await?)
}
