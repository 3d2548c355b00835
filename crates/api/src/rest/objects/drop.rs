//! `DELETE /v1/schema/objects/{object}`: the end of an object.

use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Parameters, Query, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Whether its records may go with it.
pub(crate) struct WithRecords(bool);

impl Query for WithRecords {
    fn read(parameters: &mut Parameters) -> Self {
        Self(parameters.flag("with_records"))
    }
}

/// Drops an object.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object]): Segments<1>,
    Asked(WithRecords(with_records)): Asked<WithRecords>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let change = SchemaChange::DropObject { object, with_records };
    let receipt = submit(&caller.session, envelope.schema(change)).await?;
    Ok(reply::done(&receipt))
}
