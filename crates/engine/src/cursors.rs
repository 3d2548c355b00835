//! Named cursors: the place of a consumer in the change stream, kept for it.
//!
//! They are the consumer's bookkeeping, not the tenant's state, so moving one is not
//! journaled (it would move the journal that it follows).

use kith_model::fault::{Code, Fault};
use kith_model::journal::TenantState;
use kith_model::limits;
use kith_store::Cursor;
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::clock;
use crate::error::Result;
use crate::position::PositionText;
use crate::session::Session;

/// All named cursors.
///
/// # Errors
/// When the store fails.
pub async fn list(session: &Session) -> Result<Answer<Page<Json>>> {
    let seen = session.tenant.store.cursors(session.tenant.id).await?;
    let data = seen.value.iter().map(|cursor| describe(cursor, &seen.state)).collect();
    Ok(Answer::new(&seen.state, Page { data, next_cursor: None }))
}

/// One named cursor.
///
/// # Errors
/// `not_found`.
pub async fn get(session: &Session, name: &str) -> Result<Answer<Json>> {
    let seen = session.tenant.store.cursor(session.tenant.id, name).await?;
    let cursor = seen.value.ok_or_else(|| missing(name))?;
    Ok(Answer::new(&seen.state, describe(&cursor, &seen.state)))
}

/// Makes or moves a named cursor; with `expect`, only from there.
///
/// # Errors
/// `version_mismatch`, when it does not stand where it is expected to.
pub async fn put(
    session: &Session,
    name: &str,
    position: PositionText,
    expect: Option<PositionText>,
) -> Result<Answer<Json>> {
    check_name(name)?;
    let state = session.state().await?;
    position.check_kept(&state).map_err(|fault| fault.at("position"))?;
    if let Some(expect) = &expect {
        expect.check_history(&state).map_err(|fault| fault.at("expect"))?;
    }
    let store = &session.tenant.store;
    let known = store.cursors(session.tenant.id).await?.value;
    if known.len() >= limits::CURSORS_MAX && !known.iter().any(|cursor| cursor.name == name) {
        let message = format!("a tenant has at most {} named cursors", limits::CURSORS_MAX);
        return Err(Fault::new(Code::LimitReached, message).hint("delete one that nobody uses").into());
    }
    let cursor = Cursor { name: name.to_owned(), position: position.position, updated_at: clock::now() };
    let moved =
        store.put_cursor(session.tenant.id, cursor.clone(), expect.map(|expect| expect.position)).await?;
    if !moved {
        let message = format!("the cursor `{name}` does not stand where it is expected to");
        let hint = "another consumer moved it: read it again";
        return Err(Fault::new(Code::VersionMismatch, message).at("expect").hint(hint).into());
    }
    Ok(Answer::new(&state, describe(&cursor, &state)))
}

/// Removes a named cursor.
///
/// # Errors
/// `not_found`.
pub async fn delete(session: &Session, name: &str) -> Result<()> {
    let existed = session.tenant.store.delete_cursor(session.tenant.id, name).await?;
    if existed { Ok(()) } else { Err(missing(name).into()) }
}

fn describe(cursor: &Cursor, state: &TenantState) -> Json {
    json!({
        "name": cursor.name,
        "position": cursor.position,
        "history": state.history,
        "updated_at": cursor.updated_at.to_string(),
        "last_position": state.last_position,
        "lag": state.last_position.0 - cursor.position.0,
    })
}

fn check_name(name: &str) -> Result<(), Fault> {
    let is_fit = (1..=limits::CURSOR_NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if is_fit {
        return Ok(());
    }
    let message = format!(
        "a cursor's name has 1 to {} letters, digits, `-`, `_` and `.`",
        limits::CURSOR_NAME_BYTES_MAX
    );
    Err(Fault::new(Code::InvalidName, message).at("name"))
}

fn missing(name: &str) -> Fault {
    let shown: String = name.chars().take(limits::NAME_BYTES_MAX).collect();
    Fault::new(Code::NotFound, format!("no cursor `{shown}`"))
        .at("name")
        .hint("PUT /v1/cursors/{name} with a position makes it")
}
