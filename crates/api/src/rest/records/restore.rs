//! `POST /v1/records/{object}/{id}/restore`: back from the trash.

use kith_engine::submit;
use kith_model::operation::{Action, Target};

use crate::extract::{Asked, Bodiless, Caller, Prefer, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Restores a record.
pub(crate) async fn restore(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    Asked(()): Asked<()>,
    prefer: Prefer,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let request = envelope.record(object, Action::Restore { target: Target::Id(id.clone()) });
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    Ok(reply::standing_for(reply::written(&receipt, prefer)?, &id, &receipt))
}
