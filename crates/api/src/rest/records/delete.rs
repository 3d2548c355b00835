//! `DELETE /v1/records/{object}/{id}`: to the trash, or for good with `?hard=true`.

use kith_engine::submit;
use kith_model::operation::{Action, Target};

use crate::extract::{Asked, Bodiless, Caller, Parameters, Precondition, Query, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Whether nothing may be left of the record.
pub(crate) struct Hard(bool);

impl Query for Hard {
    fn read(parameters: &mut Parameters) -> Self {
        Self(parameters.flag("hard"))
    }
}

/// Deletes or purges a record.
pub(crate) async fn delete(
    caller: Caller,
    Segments([object, id]): Segments<2>,
    Asked(Hard(is_hard)): Asked<Hard>,
    precondition: Precondition,
    Bodiless(envelope): Bodiless,
) -> Outcome {
    let (target, expect) = (Target::Id(id.clone()), precondition.version());
    let action = if is_hard { Action::Purge { target, expect } } else { Action::Delete { target, expect } };
    let request = envelope.record(object, action);
    let receipt = submit(&caller.session, request).await.map_err(kith_engine::Error::for_single)?;
    Ok(reply::standing_for(reply::done(&receipt), &id, &receipt))
}
