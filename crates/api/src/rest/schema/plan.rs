//! `POST /v1/schema/plan`: the steps to a schema, without taking them.

use kith_engine::schema;

use super::aim::aim;
use crate::extract::{Asked, Caller, JsonObject, Members, MinPosition};
use crate::problem::{Outcome, Problem};
use crate::reply;

/// Answers a plan.
pub(crate) async fn plan(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let mut members = Members::new(body.members);
    let aim = aim(&mut members);
    members.finish()?;
    let aim = aim.ok_or_else(|| Problem::internal("a plan leads nowhere"))?;
    reply::answer(&schema::plan(&caller.session, &at_least, aim).await?)
}
