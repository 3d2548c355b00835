//! `POST /v1/jobs`: a new job, which waits for its files.

use kith_engine::jobs;

use crate::extract::{Asked, Caller, JsonObject};
use crate::problem::Outcome;
use crate::reply;

/// Makes a job.
pub(crate) async fn create(caller: Caller, Asked(()): Asked<()>, body: JsonObject) -> Outcome {
    let JsonObject { members, envelope } = body;
    let made = jobs::create(&caller.session, members, |work| envelope.request(work)).await?;
    let path = format!("/v1/jobs/{}", made.value["id"].as_str().unwrap_or_default());
    Ok(reply::located(reply::made(&made)?, &path))
}
