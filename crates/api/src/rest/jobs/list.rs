//! `GET /v1/jobs`: the jobs, the latest first.

use kith_engine::jobs;

use crate::extract::{Asked, Caller, MinPosition};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Answers a page of jobs.
pub(crate) async fn list(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(Paging { limit, cursor }): Asked<Paging>,
) -> Outcome {
    reply::page(&jobs::list(&caller.session, &at_least, limit, cursor).await?)
}
