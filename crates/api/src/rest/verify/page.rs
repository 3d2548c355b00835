//! `POST /v1/verify`: folds a stretch of the journal and compares it with the tables.

use kith_engine::verify;

use crate::extract::{Asked, Bodiless, Caller};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;

/// Checks one stretch.
pub(crate) async fn page(
    caller: Caller,
    Asked(Paging { limit, cursor }): Asked<Paging>,
    Bodiless(_): Bodiless,
) -> Outcome {
    reply::answer(&verify::page(&caller.session, limit, cursor).await?)
}
