//! `PATCH /v1/schema/objects/{object}`: another label or description.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes an object.
pub(crate) async fn update(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let change = SchemaChange::UpdateObject { object, patch: body.members };
    let receipt = submit(&caller.session, body.envelope.schema(change)).await?;
    reply::defined(StatusCode::OK, &receipt)
}
