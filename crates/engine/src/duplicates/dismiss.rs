//! Saying that two records are two.

use kith_model::fault::{Code, Fault};
use kith_model::id::parse_typeid;
use kith_model::operation::{Dismissal, Work};

use crate::error::Result;
use crate::records::get::locate;
use crate::session::Session;
use crate::submit::{Receipt, Request, submit};

/// Remembers that two records of an object stand for two things. Saying it again changes
/// nothing. `request` carries everything but the work.
///
/// # Errors
/// `not_found`, and `invalid_value` for records of two objects, or one and the same.
pub async fn dismiss(
    session: &Session,
    one: &str,
    other: &str,
    request: impl FnOnce(Work) -> Request,
) -> Result<Receipt> {
    let name = object_of(session, one).await?;
    let (object, first) = locate(session, &name, one).await?;
    let (_, second) = locate(session, &name, other).await?;
    if first == second {
        return Err(Fault::new(Code::InvalidValue, "a record is no duplicate of itself").at("other").into());
    }
    let dismissal = Dismissal { object: object.number, one: first, other: second };
    submit(session, request(Work::Dismiss(dismissal))).await
}

/// The name of the object that an id is of.
async fn object_of(session: &Session, id: &str) -> Result<String> {
    let find = || {
        let (prefix, _) = parse_typeid(id).ok()?;
        let catalog = session.catalog();
        let object = catalog.object_with_prefix(&prefix).filter(|object| object.removed.is_none())?;
        Some(object.name.clone())
    };
    if let Some(name) = find() {
        return Ok(name);
    }
    session.tenant.refresh().await?;
    find().ok_or_else(|| {
        let shown: String = id.chars().take(100).collect();
        Fault::new(Code::NotFound, format!("no record `{shown}`")).at("id").into()
    })
}
