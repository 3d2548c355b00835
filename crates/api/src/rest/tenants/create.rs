//! `POST /v1/tenants`: a new tenant with its first token.

use axum::extract::State;
use kith_engine::tenants::{self, Wanted};

use crate::extract::{Administrating, Asked, JsonObject, Maker, Members};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::tenants::retention;
use crate::site::Site;

/// Makes a tenant.
pub(crate) async fn create(
    State(site): State<Site>,
    Administrating(administrator): Administrating,
    Maker(maker): Maker,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let JsonObject { members, envelope } = body;
    let mut members = Members::new(members);
    let wanted = Wanted { name: members.text("name"), retention_days: retention::days(&mut members) };
    members.finish()?;
    let request = |work| envelope.request(work);
    let made = tenants::create(&site.engine, &administrator, &maker, wanted, request).await?;
    let path = format!("/v1/tenants/{}", made.value["id"].as_str().unwrap_or_default());
    Ok(reply::located(reply::made(&made)?, &path))
}
