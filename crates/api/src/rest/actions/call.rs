//! `POST /v1/records/{object}/{id}/actions/{action}`: calls an action of the object on
//! one of its records.

use kith_engine::submit;
use kith_model::fault::{Code, Fault};
use kith_model::operation::{Act, Target, Work};
use serde_json::Value as Json;

use crate::extract::{Asked, Caller, JsonObject, Members, Precondition, Prefer, Segments};
use crate::problem::Outcome;
use crate::rest::batch;

/// Calls an action.
pub(crate) async fn call(
    caller: Caller,
    Segments([object, id, action]): Segments<3>,
    Asked(()): Asked<()>,
    precondition: Precondition,
    prefer: Prefer,
    body: JsonObject,
) -> Outcome {
    let mut members = Members::new(body.members);
    let with = match members.take("with") {
        Some(Json::Object(with)) => with,
        None | Some(Json::Null) => serde_json::Map::new(),
        Some(_) => {
            members.refuse(Fault::new(Code::InvalidType, "`with` is an object of steps").at("with"));
            serde_json::Map::new()
        }
    };
    let without = without(&mut members);
    members.finish()?;
    let expect = precondition.version();
    let act = Act { object, target: Target::Id(id), action, expect, with, without };
    let receipt = submit(&caller.session, body.envelope.request(Work::Act(act))).await?;
    Ok(batch::results(&receipt, prefer, &caller.ticket.id))
}

fn without(members: &mut Members) -> Vec<String> {
    let names = match members.take("without") {
        None | Some(Json::Null) => return Vec::new(),
        Some(Json::Array(names)) => names,
        Some(_) => Vec::from([Json::Null]),
    };
    let given = names.len();
    let names: Vec<String> = names.into_iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    if names.len() < given {
        members
            .refuse(Fault::new(Code::InvalidType, "`without` is an array of names of steps").at("without"));
    }
    names
}
