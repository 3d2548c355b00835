//! `DELETE /v1/schema/objects/{object}/fields/{field}`: the end of a field and its values.

use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Drops a field.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object, field]): Segments<2>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let change = SchemaChange::DropField { object, field };
    let receipt = submit(&caller.session, envelope.schema(change)).await?;
    Ok(reply::done(&receipt))
}
