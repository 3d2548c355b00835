//! `GET /v1/duplicates`: pairs that scans and writes have found.

use kith_engine::duplicates::{self, Listing};
use kith_model::fault::Code;

use crate::extract::{Asked, Caller, MinPosition, Parameters, Query};
use crate::problem::{Outcome, Problem};
use crate::reply;

/// Which pairs, and where the page starts.
pub(crate) struct Which {
    object: Option<String>,
    state: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

impl Query for Which {
    fn read(parameters: &mut Parameters) -> Self {
        let (object, state) = (parameters.text("object"), parameters.text("state"));
        Self { object, state, limit: parameters.limit(), cursor: parameters.text("cursor") }
    }
}

/// Answers a page of pairs.
pub(crate) async fn list(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(Which { object, state, limit, cursor }): Asked<Which>,
) -> Outcome {
    let missing = || Problem::new(Code::InvalidParameter, "`object` says whose pairs: `?object=contact`");
    let object = object.ok_or_else(missing)?;
    let listing = Listing { object, state, limit, cursor };
    reply::page(&duplicates::list(&caller.session, &at_least, listing).await?)
}
