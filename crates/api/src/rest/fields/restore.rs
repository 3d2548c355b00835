//! `POST /v1/schema/objects/{object}/fields/{field}/restore`: brings a removed field back.

use http::StatusCode;
use kith_engine::submit;
use kith_model::id::FieldNo;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Caller, OptionalObject, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::Number;

/// Restores a field.
pub(crate) async fn restore(
    caller: Caller,
    Segments([object, field]): Segments<2>,
    Asked(Number(number)): Asked<Number>,
    OptionalObject(body): OptionalObject,
) -> Outcome {
    let number = number.map(FieldNo);
    let change = SchemaChange::RestoreField { object, field, number, patch: body.members };
    reply::defined(StatusCode::OK, &submit(&caller.session, body.envelope.schema(change)).await?)
}
