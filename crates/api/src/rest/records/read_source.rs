//! `GET /v1/records/{object}/by-source/{system}/{source_object}/{source_id}`: the record
//! that an id of another system stands for.

use kith_engine::records;

use crate::extract::{Asked, Caller, MinPosition, Seen, Segments};
use crate::problem::Outcome;
use crate::reply;
use crate::rest::records::source_id;

/// Answers the record.
pub(crate) async fn read_source(
    caller: Caller,
    Segments([object, system, source_object, source_id]): Segments<4>,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
    seen: Seen,
) -> Outcome {
    let source = source_id::of([system, source_object, source_id])?;
    let record = records::by_source(&caller.session, &at_least, &object, &source).await?;
    let response = reply::record(&record, &seen, &caller.session);
    Ok(reply::found_at(response, &record.value))
}
