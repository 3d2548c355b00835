//! `GET /v1/jobs/{job}/files`: what came in, and what was written.

use kith_engine::{Page, jobs};

use crate::extract::{Asked, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Answers a job's files, which are few enough for one page.
pub(crate) async fn files(caller: Caller, Segments([job]): Segments<1>, Asked(()): Asked<()>) -> Outcome {
    let files = jobs::files(&caller.session, &job).await?;
    reply::page(&files.map(|data| Page { data, next_cursor: None }))
}
