//! `DELETE /v1/schema/objects/{object}/keys/{key}`: the end of a key or index.

use kith_engine::submit;
use kith_model::schema::SchemaChange;

use crate::extract::{Asked, Bodiless, Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Drops a key.
pub(crate) async fn drop(
    caller: Caller,
    Segments([object, key]): Segments<2>,
    Asked(()): Asked<()>,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let change = SchemaChange::DropKey { object, key };
    let receipt = submit(&caller.session, envelope.schema(change)).await?;
    Ok(reply::done(&receipt))
}
