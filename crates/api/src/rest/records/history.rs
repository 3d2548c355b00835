//! `GET /v1/records/{object}/{id}/history`: what changed in a record.

use kith_engine::records;

use crate::extract::{Asked, Caller, MinPosition, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Answers a page of a record's changes.
pub(crate) async fn history(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    MinPosition(at_least): MinPosition,
    Asked(Paging { limit, cursor }): Asked<Paging>,
) -> Outcome {
    reply::page(&records::history(&caller.session, &at_least, &object, &id, limit, cursor).await?)
}
