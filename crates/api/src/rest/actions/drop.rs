//! `DELETE /v1/schema/objects/{object}/actions/{action}`: the end of an action.

use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Drops an action.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object, action]): Segments<2>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let change = SchemaChange::DropAction { object, action };
    let receipt = submit(&caller.session, envelope.schema(change)).await?;
    Ok(reply::done(&receipt))
}
