//! Carrying out a plan: exactly the one that was seen, as one transaction.

use kith_model::fault::{Code, Fault, Faults};
use kith_model::operation::{SchemaWork, Work};
use kith_model::schema::Plan;

use crate::error::Result;
use crate::position::AtLeast;
use crate::schema::aim::{Aim, base_of, in_force, plan_from};
use crate::session::Session;
use crate::submit::{Receipt, Request, submit};

/// What is to be carried out.
#[derive(Clone, PartialEq, Debug)]
pub struct Apply {
    /// Where it leads.
    pub aim: Aim,
    /// The id of the plan that was seen.
    pub plan: String,
    /// The names of what may be destroyed.
    pub accept: Vec<String>,
}

/// Carries out a plan. `request` says how the work came in; what it does is decided here.
///
/// # Errors
/// `plan_outdated` when the schema has moved on or the plan is another one, and
/// `not_accepted` for each destructive step that was not named.
pub async fn apply(
    session: &Session,
    apply: Apply,
    request: impl FnOnce(Work) -> Request,
) -> Result<Receipt> {
    let Apply { aim, plan: seen, accept } = apply;
    let expect = Some(base_of(&seen)?);
    let (base, _) = in_force(session, &AtLeast::default()).await?;
    if Some(base.version()) != expect {
        // The lane refuses it; or it was done before, under the same idempotency key, and
        // is answered as it was then.
        return submit(session, request(Work::Schema(SchemaWork { changes: Vec::new(), expect }))).await;
    }
    let planned = plan_from(session, base, aim).await?;
    if planned.id != seen {
        let fault = Fault::new(Code::PlanOutdated, "the plan is of something else than this").at("plan");
        return Err(fault.hint("plan it, look at the steps, and apply that plan").into());
    }
    check_accepted(&planned.plan, &accept)?;
    let changes = planned.plan.steps.into_iter().map(|step| step.change).collect();
    submit(session, request(Work::Schema(SchemaWork { changes, expect }))).await
}

/// Every destructive step must be named, and every name must be of one.
fn check_accepted(plan: &Plan, accept: &[String]) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let Some(name) = step.accept.as_ref().filter(|name| !accept.contains(name)) else { continue };
        let problem = format!("step {} was not accepted: {}", index + 1, step.summary);
        let fault = Fault::new(Code::NotAccepted, problem).at("accept");
        faults.push(fault.hint(format!("name `{name}` in `accept`, if that is what you want")));
    }
    let names = || plan.steps.iter().filter_map(|step| step.accept.as_deref());
    for (index, name) in accept.iter().enumerate().filter(|(_, name)| names().all(|other| other != *name)) {
        let shown: String = name.chars().take(100).collect();
        let fault = Fault::new(Code::InvalidValue, format!("no step destroys `{shown}`"));
        let fault = fault.at(&index.to_string()).under("/accept");
        faults.push(fault.did_you_mean(name, names()));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
