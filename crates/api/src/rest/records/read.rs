//! `GET /v1/records/{object}/{id}`: one record.

use kith_engine::records;
use serde_json::Value as Json;

use crate::extract::{Asked, Caller, MinPosition, Parameters, Query, Seen, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Whether to say where each value came from.
pub(crate) struct WithProvenance(bool);

impl Query for WithProvenance {
    fn read(parameters: &mut Parameters) -> Self {
        Self(parameters.flag("provenance"))
    }
}

/// Answers a record.
pub(crate) async fn read(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    MinPosition(at_least): MinPosition,
    Asked(WithProvenance(with_provenance)): Asked<WithProvenance>,
    seen: Seen,
) -> Outcome {
    let record = records::get(&caller.session, &at_least, &object, &id).await?;
    if !with_provenance {
        let response = reply::record(&record, &seen, &caller.session);
        return Ok(reply::read_for(response, &id, &record.value));
    }
    let provenance = records::provenance(&caller.session, &record).await?;
    let response = reply::record_with(&record, "provenance", &Json::Object(provenance));
    Ok(reply::read_for(response, &id, &record.value))
}
