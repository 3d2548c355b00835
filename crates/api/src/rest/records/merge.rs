//! `POST /v1/records/{object}/{id}/merge`: one record of two.

use std::sync::Arc;

use kith_engine::submit;
use kith_model::operation::{Action, Target};

use crate::extract::{Asked, Caller, JsonObject, Members, Precondition, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Merges another record into this one.
pub(crate) async fn merge(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    Asked(()): Asked<()>,
    precondition: Precondition,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let JsonObject { members, envelope } = body;
    let mut members = Members::new(members);
    let action = Action::Merge {
        target: Target::Id(id.clone()),
        from: Target::Id(members.text("from")),
        fields: Arc::new(members.optional_object("fields")),
        default: members.side("default"),
        expect: precondition.version(),
        expect_from: members.number("from_match", 1),
    };
    members.finish()?;
    let request = envelope.record(object, action);
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    Ok(reply::standing_for(reply::written(&receipt, prefer)?, &id, &receipt))
}
