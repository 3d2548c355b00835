//! What needs a right of its own, and who has it.

use kith_model::fault::{Code, Fault, Faults};
use kith_model::job::LoadRow;
use kith_model::journal::Actor;
use kith_model::operation::RecordOperation;
use kith_model::right::{Right, Rights};

use crate::error::Result;
use crate::session::Session;
use crate::tenant::Tenant;

/// Refuses operations that say when and by whom records were made elsewhere, unless the
/// caller may.
///
/// # Errors
/// `forbidden`, for each of them.
pub(crate) fn require_for(session: &Session, operations: &[RecordOperation]) -> Result<(), Faults> {
    if session.rights().has(Right::Import) {
        return Ok(());
    }
    let stamped = operations.iter().enumerate().filter(|(_, operation)| operation.stamps.is_some());
    let fault = |(index, _)| lacking().at("stamps").under(&format!("/operations/{index}"));
    let faults: Faults = stamped.map(fault).take(kith_model::limits::FAULTS_MAX).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Refuses to give a token rights that the one who makes it does not have.
///
/// # Errors
/// `forbidden`.
pub(crate) fn require_to_give(session: &Session, rights: Rights) -> Result<()> {
    if rights.beyond(session.rights()).next().is_none() {
        return Ok(());
    }
    let fault = Fault::new(Code::Forbidden, "a token can give no right that it does not have itself");
    Err(fault.at("rights").hint("ask an administrator of the organization for such a token").into())
}

/// Whether a job's rows may say when and by whom records were made elsewhere: whether
/// whoever asked for the job has the right now, however long the job has run.
///
/// # Errors
/// When the store fails.
pub(crate) async fn may_stamp(tenant: &Tenant, actor: Actor, rows: &[LoadRow]) -> Result<bool> {
    let is_stamped = |row: &LoadRow| row.work.as_ref().is_ok_and(|operation| operation.stamps.is_some());
    if !rows.iter().any(is_stamped) {
        return Ok(true);
    }
    Ok(of_actor(tenant, actor).await?.has(Right::Import))
}

/// The rights of an actor as they are now: none, once the token is revoked.
async fn of_actor(tenant: &Tenant, actor: Actor) -> Result<Rights> {
    let Actor::Token(token) = actor else { return Ok(Rights::ALL) };
    Ok(match tenant.store.token_of(tenant.id, token).await?.value {
        Some(token) if token.revoked_at.is_some() => Rights::default(),
        Some(token) => token.rights,
        // A token that is not of the tenant is an administrator's.
        None => Rights::ALL,
    })
}

/// That stamps need a right.
pub(crate) fn lacking() -> Fault {
    let message = "this token may not say when and by whom a record was made or changed elsewhere";
    Fault::new(Code::Forbidden, message).hint("it needs the right `import`, which a token is made with")
}
