//! `POST /v1/schema/objects`: makes an object with its fields and keys.

use http::StatusCode;
use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, JsonObject};
use crate::problem::Outcome;
use crate::reply;

/// Makes an object.
pub(crate) async fn create(caller: Caller, Asked(()): Asked<()>, body: JsonObject) -> Outcome {
    let path = format!("/v1/schema/objects/{}", reply::name(&body.members));
    let change = SchemaChange::CreateObject(body.members);
    let receipt = submit(&caller.session, body.envelope.schema(change)).await?;
    Ok(reply::located(reply::defined(StatusCode::CREATED, &receipt)?, &path))
}
