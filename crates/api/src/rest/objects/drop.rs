//! `DELETE /v1/schema/objects/{object}`: hides an object, or ends it for good with
//! `?hard=true`.

use http::StatusCode;
use kith_engine::{schema, submit};
use kith_model::id::ObjectNo;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Parameters, Query, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Whether nothing may be left of it, and whether its records may go with it.
pub(crate) struct Removal {
    is_hard: bool,
    with_records: bool,
    number: Option<ObjectNo>,
}

impl Query for Removal {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            is_hard: parameters.flag("hard"),
            with_records: parameters.flag("with_records"),
            number: parameters.number().map(ObjectNo),
        }
    }
}

/// Removes or purges an object.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(Removal { is_hard, with_records, number }): Asked<Removal>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    if !is_hard {
        let receipt = submit(&caller.session, envelope.schema(SchemaChange::RemoveObject { object })).await?;
        return Ok(reply::done(&receipt));
    }
    let change = SchemaChange::PurgeObject { object, number, with_records };
    reply::defined(StatusCode::OK, &schema::purge(&caller.session, envelope.schema(change)).await?)
}
