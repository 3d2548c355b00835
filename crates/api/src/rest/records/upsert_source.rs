//! `PUT /v1/records/{object}/by-source/{system}/{source_object}/{source_id}`: creates the
//! record that an id of another system stands for, or changes it.

use std::sync::Arc;

use kith_engine::submit;
use kith_model::operation::{Action, Mode, RecordOperation, Work};
use kith_model::source::SourceId;
use serde_json::Map;

use crate::extract::{AboutDuplicates, Asked, Caller, JsonObject, Precondition, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::records::source_id;

/// Creates or changes the record that stands for a source id.
pub(crate) async fn upsert_source(
    caller: Caller,
    Segments([object, system, source_object, source_id]): Segments<4>,
    Asked(AboutDuplicates(duplicates)): Asked<AboutDuplicates>,
    precondition: Precondition,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let source: SourceId = source_id::of([system, source_object, source_id])?;
    let (input, envelope) = body.into_input();
    let by = Arc::new(Map::new());
    let operation = RecordOperation {
        object,
        action: Action::Upsert { by, input, expect: precondition.expect() },
        label: None,
        duplicates,
        source: Some(source),
        stamps: None,
        prepared: None,
    };
    let work = Work::Records { operations: vec![operation], mode: Mode::Atomic };
    let receipt = submit(&caller.session, envelope.request(work)).await;
    reply::written(&receipt.map_err(kith_engine::Error::for_single)?, prefer)
}
