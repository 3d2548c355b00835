//! `PATCH /v1/records/{object}/{id}`: other values of the fields that are named.

use kith_engine::submit;
use kith_model::operation::{Action, Target};

use crate::extract::{Asked, Caller, JsonObject, Precondition, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes a record.
pub(crate) async fn update(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    Asked(()): Asked<()>,
    precondition: Precondition,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let (input, envelope) = body.into_input();
    let action = Action::Update { target: Target::Id(id), input, expect: precondition.version() };
    let request = envelope.record(object, action);
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    reply::written(&receipt, prefer)
}
