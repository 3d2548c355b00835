//! `POST /v1/schema/objects/{object}/restore`: brings a removed object back.

use http::StatusCode;
use kith_engine::submit;
use kith_model::id::ObjectNo;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, OptionalObject, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Number;

/// Restores an object.
pub(crate) async fn restore(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(Number(number)): Asked<Number>,
    OptionalObject(body): OptionalObject,
) -> Outcome {
    let number = number.map(ObjectNo);
    let change = SchemaChange::RestoreObject { object, number, patch: body.members };
    reply::defined(StatusCode::OK, &submit(&caller.session, body.envelope.schema(change)).await?)
}
