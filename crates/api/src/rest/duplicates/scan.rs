//! `POST /v1/duplicates/scan`: compares a stretch of an object's records with all others.

use kith_engine::duplicates;

use crate::extract::{Asked, Caller, JsonObject, Members, Parameters, Query};
use crate::problem::Outcome;
use crate::reply;

/// Where the stretch starts.
pub(crate) struct From(Option<String>);

impl Query for From {
    fn read(parameters: &mut Parameters) -> Self {
        Self(parameters.text("cursor"))
    }
}

/// Scans one stretch.
pub(crate) async fn scan(caller: Caller, Asked(From(cursor)): Asked<From>, body: JsonObject) -> Outcome {
    let mut members = Members::new(body.members);
    let object = members.text("object");
    members.finish()?;
    reply::answer(&duplicates::scan(&caller.session, &object, cursor).await?)
}
