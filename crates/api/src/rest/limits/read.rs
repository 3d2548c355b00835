//! `GET /v1/limits`: every bound with its reason.

use http::StatusCode;
use kith_model::limits;
use serde_json::json;

use crate::extract::Asked;
use crate::problem::Outcome;
use crate::reply;

/// Answers the table of limits.
pub(crate) async fn read(Asked(()): Asked<()>) -> Outcome {
    reply::value(StatusCode::OK, &json!({ "data": limits::ALL }))
}
