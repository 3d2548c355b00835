//! `PATCH /v1/schema/objects/{object}/keys/{key}`: another name of a key.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes a key.
pub(crate) async fn update(
    caller: Caller,
    Segments([object, key]): Segments<2>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let change = SchemaChange::UpdateKey { object, key, patch: body.members };
    reply::defined(StatusCode::OK, &submit(&caller.session, body.envelope.schema(change)).await?)
}
