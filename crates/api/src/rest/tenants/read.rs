//! `GET /v1/tenants/{tenant}`: one tenant, by id or name.

use axum::extract::State;
use http::StatusCode;
use kith_engine::tenants;

use crate::extract::{Administrating, Asked, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::site::Site;

/// Answers a tenant.
pub(crate) async fn read(
    State(site): State<Site>,
    Administrating(administrator): Administrating,
    Segments([tenant]): Segments<1>,
    Asked(()): Asked<()>,
) -> Outcome {
    reply::value(StatusCode::OK, &tenants::get(&site.engine, &administrator, &tenant).await?)
}
