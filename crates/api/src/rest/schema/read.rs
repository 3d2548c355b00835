//! `GET /v1/schema`: every object, and the version; with `?version=` as it was then.

use kith_engine::schema;
use kith_model::journal::SchemaVersion;

use crate::extract::{Asked, Caller, MinPosition, Parameters, Query};
use crate::problem::Outcome;
use crate::reply;

/// Which version; the present one when none is named.
pub(crate) struct Version(Option<SchemaVersion>);

impl Query for Version {
    fn read(parameters: &mut Parameters) -> Self {
        Self(
            parameters
                .parsed::<u32>("version", "a whole number from 0")
                .map(|version| SchemaVersion(version.into())),
        )
    }
}

/// Answers the schema.
pub(crate) async fn read(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(Version(version)): Asked<Version>,
) -> Outcome {
    match version {
        None => reply::answer(&schema::read(&caller.session, &at_least).await?),
        Some(version) => reply::answer(&schema::read_at(&caller.session, &at_least, version).await?),
    }
}
