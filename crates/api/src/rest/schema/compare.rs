//! `GET /v1/schema/compare`: two versions beside each other.

use kith_engine::schema;
use kith_model::fault::{Code, Fault};
use kith_model::journal::SchemaVersion;

use crate::extract::{Asked, Caller, MinPosition, Parameters, Query};
use crate::problem::Outcome;
use crate::reply;

/// Which two.
pub(crate) struct Versions {
    from: Option<SchemaVersion>,
    to: Option<SchemaVersion>,
}

impl Query for Versions {
    fn read(parameters: &mut Parameters) -> Self {
        let mut version = |name| {
            let version = parameters.parsed::<u32>(name, "a whole number from 0");
            version.map(|version| SchemaVersion(version.into()))
        };
        Self { from: version("from"), to: version("to") }
    }
}

/// Answers the steps between them, and the objects that differ.
pub(crate) async fn compare(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(Versions { from, to }): Asked<Versions>,
) -> Outcome {
    let missing = |name: &str| {
        Fault::new(Code::InvalidParameter, format!("`{name}` is missing")).at(name).hint("name two versions")
    };
    let from = from.ok_or_else(|| missing("from"))?;
    let to = to.ok_or_else(|| missing("to"))?;
    reply::answer(&schema::compare(&caller.session, &at_least, from, to).await?)
}
