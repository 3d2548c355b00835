//! `GET /v1/schema/tasks`: the tasks, the latest first.

use kith_engine::tasks;

use crate::extract::{Asked, Caller, MinPosition};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Answers a page of tasks.
pub(crate) async fn list(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(Paging { limit, cursor }): Asked<Paging>,
) -> Outcome {
    reply::page(&tasks::list(&caller.session, &at_least, limit, cursor).await?)
}
