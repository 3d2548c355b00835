//! `GET /v1/records/{object}`: a page of records, by what they hold and in any order.

use kith_engine::records::{self, ListRequest};

use crate::extract::{Asked, Caller, MinPosition, Parameters, Query, Segments};
use crate::problem::Outcome;
use crate::reply;

impl Query for ListRequest {
    /// Every parameter that is none of these is a field's name.
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            is_null: parameters.names("is_null"),
            condition: parameters.text("where"),
            order: parameters.text("order"),
            count: parameters.word("count", &[("exact", true)]).unwrap_or(false),
            limit: parameters.limit(),
            cursor: parameters.text("cursor"),
            equals: parameters.rest(),
        }
    }
}

/// Answers a page of records.
pub(crate) async fn list(
    caller: Caller,
    Segments([object]): Segments<1>,
    MinPosition(at_least): MinPosition,
    Asked(request): Asked<ListRequest>,
) -> Outcome {
    Ok(reply::records(&records::list(&caller.session, &at_least, &object, request).await?))
}
