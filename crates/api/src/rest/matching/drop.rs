//! `DELETE /v1/schema/objects/{object}/matching/{matching}`: the end of a matching rule.

use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Drops a matching rule.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object, matching]): Segments<2>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let change = SchemaChange::DropMatching { object, matching };
    let receipt = submit(&caller.session, envelope.schema(change)).await?;
    Ok(reply::done(&receipt))
}
