//! `PATCH /v1/records/{object}/{id}`: other values of the fields that are named.

use kith_engine::submit;
use kith_model::operation::{Action, Target};

use crate::extract::{AboutDuplicates, Asked, Caller, JsonObject, Precondition, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes a record.
pub(crate) async fn update(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    Asked(AboutDuplicates(duplicates)): Asked<AboutDuplicates>,
    precondition: Precondition,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let (input, envelope) = body.into_input();
    let action = Action::Update { target: Target::Id(id.clone()), input, expect: precondition.version() };
    let request = envelope.careful_record(object, action, duplicates);
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    Ok(reply::standing_for(reply::written(&receipt, prefer)?, &id, &receipt))
}
