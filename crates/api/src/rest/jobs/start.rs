//! `POST /v1/jobs/{job}/start`: the files are there, the work begins.

use kith_engine::jobs;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Starts a job.
pub(crate) async fn start(
    caller: Caller,
    Segments([job]): Segments<1>,
    Asked(()): Asked<()>,
    Bodiless(_): Bodiless,
) -> Outcome {
    reply::answer(&jobs::start(&caller.session, &job).await?)
}
