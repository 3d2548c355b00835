//! `POST /v1/tokens`: a new token, shown once.

use http::StatusCode;
use kith_engine::tokens;

use crate::extract::{Asked, Caller, JsonObject, Members};
use crate::problem::Outcome;
use crate::reply;

/// Makes a token.
pub(crate) async fn create(caller: Caller, Asked(()): Asked<()>, body: JsonObject) -> Outcome {
    let mut members = Members::new(body.members);
    let name = members.text("name");
    members.finish()?;
    let made = tokens::create(&caller.session, name, caller.ticket.trace.clone()).await?;
    let response = reply::value(StatusCode::CREATED, &made.value)?;
    Ok(reply::stand(response, made.position, made.history))
}
