//! `GET /openapi.json`: the API as a machine reads it; with a token, the tenant's own.

use axum::extract::State;
use http::StatusCode;

use crate::extract::{Asked, Authenticated};
use crate::problem::Outcome;
use crate::site::Site;
use crate::{openapi, reply};

/// Answers the OpenAPI document.
pub(crate) async fn read(
    State(site): State<Site>,
    Asked(()): Asked<()>,
    caller: Option<Authenticated>,
) -> Outcome {
    let Some(session) = caller.and_then(|caller| caller.session) else {
        return Ok(reply::json(StatusCode::OK, openapi::generic_text()));
    };
    // Also brings the catalog up to date, if another node has changed the schema.
    let schema = kith_engine::schema::objects(&session, &kith_engine::AtLeast::default()).await?;
    let document = site.documents.of(&session).await?;
    Ok(reply::stand(reply::json(StatusCode::OK, document), schema.position, schema.history))
}
