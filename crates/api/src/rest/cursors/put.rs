//! `PUT /v1/cursors/{name}`: makes or moves a cursor.

use kith_engine::cursors;

use crate::extract::{Asked, Caller, JsonObject, Members, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Makes or moves a cursor.
pub(crate) async fn put(
    caller: Caller,
    Segments([name]): Segments<1>,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let mut members = Members::new(body.members);
    let (position, expect) = (members.position("position"), members.optional_position("expect"));
    members.finish()?;
    reply::answer(&cursors::put(&caller.session, &name, position, expect).await?)
}
