//! `POST /v1/batch`: many operations in one transaction.

use kith_engine::submit as submit_work;

use crate::extract::{Asked, Caller, JsonObject, Prefer};
use crate::problem::Outcome;
use crate::rest::batch::{parse, render};

/// Does a batch.
pub(crate) async fn submit(
    caller: Caller,
    Asked(()): Asked<()>,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let work = parse::work(body.members)?;
    let receipt = submit_work(&caller.session, body.envelope.request(work)).await?;
    Ok(render::results(&receipt, prefer, &caller.ticket.id))
}
