//! `POST /v1/tokens`: a new token.

use kith_engine::tokens;

use crate::extract::{Asked, Caller, JsonObject, Maker, Members};
use crate::problem::Outcome;
use crate::reply;

/// Makes a token.
pub(crate) async fn create(
    caller: Caller,
    Maker(maker): Maker,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let JsonObject { members, envelope } = body;
    let mut members = Members::new(members);
    let name = members.text("name");
    let rights = members.rights();
    members.finish()?;
    let made = tokens::create(&caller.session, &maker, name, rights, |work| envelope.request(work)).await?;
    reply::made(&made)
}
