//! `GET /v1/tenants`: the organization's tenants.

use axum::extract::State;
use kith_engine::tenants;

use crate::extract::{Administrating, Asked};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Paging;
use crate::site::Site;

/// Answers a page of tenants.
pub(crate) async fn list(
    State(site): State<Site>,
    Administrating(administrator): Administrating,
    Asked(Paging { limit, cursor }): Asked<Paging>,
) -> Outcome {
    reply::plain_page(&tenants::list(&site.engine, &administrator, limit, cursor).await?)
}
