//! `DELETE /v1/schema/objects/{object}/fields/{field}`: hides a field, or ends it and its
//! values for good with `?hard=true`.

use http::StatusCode;
use kith_engine::{schema, submit};
use kith_model::id::FieldNo;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Parameters, Query, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Whether nothing may be left of it.
pub(crate) struct Removal {
    is_hard: bool,
    number: Option<FieldNo>,
}

impl Query for Removal {
    fn read(parameters: &mut Parameters) -> Self {
        Self { is_hard: parameters.flag("hard"), number: parameters.number().map(FieldNo) }
    }
}

/// Removes or purges a field.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object, field]): Segments<2>,
    Asked(Removal { is_hard, number }): Asked<Removal>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    if !is_hard {
        let change = SchemaChange::RemoveField { object, field };
        return Ok(reply::done(&submit(&caller.session, envelope.schema(change)).await?));
    }
    let change = SchemaChange::PurgeField { object, field, number };
    reply::defined(StatusCode::OK, &schema::purge(&caller.session, envelope.schema(change)).await?)
}
