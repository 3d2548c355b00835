//! `DELETE /v1/jobs/{job}`: a job that has ended is forgotten, with its files and results.

use http::StatusCode;
use kith_engine::jobs;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Forgets a job.
pub(crate) async fn delete(
    caller: Caller,
    Segments([job]): Segments<1>,
    Asked(()): Asked<()>,
    Bodiless(_): Bodiless,
) -> Outcome {
    let gone = jobs::forget(&caller.session, &job).await?;
    Ok(reply::stand(reply::empty(StatusCode::NO_CONTENT), gone.position, gone.history))
}
