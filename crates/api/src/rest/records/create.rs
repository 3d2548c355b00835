//! `POST /v1/records/{object}`: a new record.

use kith_engine::submit;
use kith_model::operation::Action;

use crate::extract::{AboutDuplicates, Asked, Caller, JsonObject, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Creates a record.
pub(crate) async fn create(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(AboutDuplicates(duplicates)): Asked<AboutDuplicates>,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let (input, envelope) = body.into_input();
    let request = envelope.careful_record(object, Action::Create { input }, duplicates);
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    reply::written(&receipt, prefer)
}
