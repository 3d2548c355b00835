//! `GET /readyz`: the database answers.

use axum::extract::State;
use http::StatusCode;

use crate::problem::Outcome;
use crate::reply;
use crate::site::Site;

/// Answers once the database does.
pub(crate) async fn ready(State(site): State<Site>) -> Outcome {
    site.engine.ready().await?;
    Ok(reply::json(StatusCode::OK, "{\"status\":\"ready\"}".to_owned()))
}
