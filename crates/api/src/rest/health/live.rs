//! `GET /healthz`: the process lives.

use http::StatusCode;

use crate::problem::Outcome;
use crate::reply;

/// Answers, which is all that is asked.
pub(crate) async fn live() -> Outcome {
    Ok(reply::json(StatusCode::OK, "{\"status\":\"ok\"}".to_owned()))
}
