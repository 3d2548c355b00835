//! `GET /v1/trash/{object}`: what was deleted and can be restored.

use kith_engine::records;

use crate::extract::{Asked, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Answers a page of an object's trash.
pub(crate) async fn list(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(Paging { limit, cursor }): Asked<Paging>,
) -> Outcome {
    reply::page(&records::trash(&caller.session, &object, limit, cursor).await?)
}
