//! `POST /v1/jobs/{job}/cancel`: the job ends where it is.

use http::StatusCode;
use kith_engine::jobs;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Ends a job.
pub(crate) async fn cancel(
    caller: Caller,
    Segments([job]): Segments<1>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let ended = jobs::cancel(&caller.session, &job, |work| envelope.request(work)).await?;
    reply::written_as(StatusCode::OK, &ended)
}
