//! `PATCH /v1/schema/objects/{object}/actions/{action}`: another definition of an action.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes an action.
pub(crate) async fn update(
    caller: Caller,
    Segments([object, action]): Segments<2>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let change = SchemaChange::UpdateAction { object, action, patch: body.members };
    let receipt = submit(&caller.session, body.envelope.schema(change)).await?;
    reply::defined(StatusCode::OK, &receipt)
}
