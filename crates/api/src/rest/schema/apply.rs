//! `POST /v1/schema/apply`: carries out a plan that was seen.

use http::StatusCode;
use kith_engine::schema::{self, Apply};
use kith_model::fault::{Code, Fault};
use kith_model::limits::PLAN_STEPS_MAX;
use serde_json::Value as Json;

use super::aim::aim;
use crate::extract::{Asked, Caller, JsonObject, Members};
use crate::problem::{Outcome, Problem};
use crate::reply;

/// Applies a plan.
pub(crate) async fn apply(caller: Caller, Asked(()): Asked<()>, body: JsonObject) -> Outcome {
    let mut members = Members::new(body.members);
    let aim = aim(&mut members);
    let plan = members.text("plan");
    let accept = accept(&mut members);
    members.finish()?;
    let aim = aim.ok_or_else(|| Problem::internal("a plan leads nowhere"))?;
    let apply = Apply { aim, plan, accept };
    let receipt = schema::apply(&caller.session, apply, |work| body.envelope.request(work)).await?;
    reply::defined(StatusCode::OK, &receipt)
}

/// The names of what may be destroyed; none when they are not given.
fn accept(members: &mut Members) -> Vec<String> {
    let given = members.take("accept").filter(|given| !given.is_null());
    let names = match given {
        None => Some(Vec::new()),
        Some(Json::Array(items)) if items.len() <= PLAN_STEPS_MAX => {
            items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect()
        }
        Some(_) => None,
    };
    names.unwrap_or_else(|| {
        let fault = Fault::new(Code::InvalidType, "`accept` must be an array of names").at("accept");
        members.refuse(fault.hint(r#"as in `["contact.fax"]`"#));
        Vec::new()
    })
}
