//! `PATCH /v1/schema/objects/{object}/fields/{field}`: another definition of a field.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes a field.
pub(crate) async fn update(
    caller: Caller,
    Segments([object, field]): Segments<2>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let change = SchemaChange::UpdateField { object, field, patch: body.members };
    let receipt = submit(&caller.session, body.envelope.schema(change)).await?;
    reply::defined(StatusCode::OK, &receipt)
}
