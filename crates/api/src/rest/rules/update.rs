//! `PATCH /v1/schema/objects/{object}/rules/{rule}`: another definition of a rule.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Changes a rule.
pub(crate) async fn update(
    caller: Caller,
    Segments([object, rule]): Segments<2>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let change = SchemaChange::UpdateRule { object, rule, patch: body.members };
    let receipt = submit(&caller.session, body.envelope.schema(change)).await?;
    reply::defined(StatusCode::OK, &receipt)
}
