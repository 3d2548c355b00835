//! `PATCH /v1/tenants/{tenant}`: how long its journal keeps what changed.

use axum::extract::State;
use http::StatusCode;
use kith_engine::tenants;

use crate::extract::{Administrating, Asked, JsonObject, Members, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::tenants::retention;
use crate::site::Site;

/// Changes a tenant.
pub(crate) async fn update(
    State(site): State<Site>,
    Administrating(administrator): Administrating,
    Segments([tenant]): Segments<1>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let mut members = Members::new(body.members);
    let retention_days = retention::patch(&mut members);
    members.finish()?;
    let changed = tenants::update(&site.engine, &administrator, &tenant, retention_days).await?;
    reply::value(StatusCode::OK, &changed)
}
