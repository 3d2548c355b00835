//! `GET /v1/cursors`: all named cursors.

use kith_engine::cursors;

use crate::extract::{Asked, Caller};
use crate::problem::Outcome;
use crate::reply;

/// Answers the cursors.
pub(crate) async fn list(caller: Caller, Asked(()): Asked<()>) -> Outcome {
    reply::page(&cursors::list(&caller.session).await?)
}
