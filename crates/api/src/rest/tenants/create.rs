//! `POST /v1/tenants`: a new tenant with its first token.

use axum::extract::State;
use http::StatusCode;
use kith_engine::tenants;

use crate::extract::{Administrating, Asked, JsonObject, Members};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::tenants::retention;
use crate::site::Site;

/// Makes a tenant.
pub(crate) async fn create(
    State(site): State<Site>,
    Administrating(administrator): Administrating,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let mut members = Members::new(body.members);
    let (name, retention_days) = (members.text("name"), retention::days(&mut members));
    members.finish()?;
    let tenant = tenants::create(&site.engine, &administrator, name, retention_days).await?;
    let path = format!("/v1/tenants/{}", tenant["id"].as_str().unwrap_or_default());
    Ok(reply::located(reply::value(StatusCode::CREATED, &tenant)?, &path))
}
