//! `POST /v1/schema/objects/{object}/rules`: a new rule.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Makes a rule.
pub(crate) async fn create(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let path = format!("/v1/schema/objects/{object}");
    let change = SchemaChange::CreateRule { object, rule: body.members };
    let receipt = submit(&caller.session, body.envelope.schema(change)).await?;
    Ok(reply::located(reply::defined(StatusCode::CREATED, &receipt)?, &path))
}
