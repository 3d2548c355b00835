//! `DELETE /v1/schema/objects/{object}/rules/{rule}`: the end of a rule.

use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Drops a rule.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object, rule]): Segments<2>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let change = SchemaChange::DropRule { object, rule };
    let receipt = submit(&caller.session, envelope.schema(change)).await?;
    Ok(reply::done(&receipt))
}
