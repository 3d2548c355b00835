//! `PUT /v1/records/{object}/by/{field}/{value}`: creates the record or changes it.

use std::sync::Arc;

use kith_engine::submit;
use kith_model::operation::Action;
use serde_json::{Map, Value as Json};

use crate::extract::{AboutDuplicates, Asked, Caller, JsonObject, Precondition, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Creates or changes the record that has this value of a unique key.
pub(crate) async fn upsert(
    caller: Caller,
    Segments([object, field, value]): Segments<3>,
    Asked(AboutDuplicates(duplicates)): Asked<AboutDuplicates>,
    precondition: Precondition,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let by = Arc::new(Map::from_iter([(field, Json::String(value))]));
    let (input, envelope) = body.into_input();
    let request = envelope.careful_record(
        object,
        Action::Upsert { by, input, expect: precondition.expect() },
        duplicates,
    );
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    reply::written(&receipt, prefer)
}
