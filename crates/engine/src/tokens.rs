//! The tokens of a tenant.

use kith_model::fault::{Code, Fault};
use kith_model::journal::Origin;
use kith_model::limits;
use kith_model::operation::{NewToken, Work};
use kith_store::Token;
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::error::Result;
use crate::records::page_size;
use crate::session::Session;
use crate::submit::{Request, submit};
use crate::{clock, cursor, token};

/// The tenant's tokens, revoked ones included. Their secrets are not known any more.
///
/// # Errors
/// Every fault of the request.
pub async fn list(
    session: &Session,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Answer<Page<Json>>> {
    let limit = page_size(limit)?;
    let after = match &cursor {
        Some(text) => {
            let [_, id] = cursor::open(text, "tokens")?;
            Some(id.parse().map_err(|_| cursor::damaged())?)
        }
        None => None,
    };
    let mut seen = session.tenant.store.tokens(session.tenant.id, after, limit + 1).await?;
    let has_more = seen.value.len() > limit as usize;
    seen.value.truncate(limit as usize);
    let last = seen.value.last().filter(|_| has_more);
    let next_cursor = last.map(|last| cursor::seal(&["tokens", &last.id.to_string()]));
    let data = seen.value.iter().map(describe).collect();
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}

/// Makes a token. Its text is answered here and never again, so this takes no
/// idempotency key: a lost answer is a token to revoke.
///
/// # Errors
/// Every fault of the name.
pub async fn create(session: &Session, name: String, trace: Option<Box<str>>) -> Result<Answer<Json>> {
    if name.is_empty()
        || name.chars().count() > limits::LABEL_LENGTH_MAX
        || name.chars().any(char::is_control)
    {
        let message = format!(
            "`name` has 1 to {} characters, none of them a control character",
            limits::LABEL_LENGTH_MAX
        );
        return Err(Fault::new(Code::InvalidName, message).at("name").into());
    }
    let at = clock::now();
    let text = token::new_of_tenant(session.tenant.id)?;
    let new = NewToken { id: clock::token_id(at)?, name: name.clone(), hash: token::hash(&text) };
    let id = new.id;
    let receipt = submit(session, request(Work::CreateToken(new), trace)).await?;
    let value =
        json!({ "id": id, "name": name, "created_at": at.to_string(), "revoked_at": null, "token": text });
    Ok(Answer { value, position: receipt.position, history: receipt.history })
}

/// Ends a token: at once on this node, within seconds on others.
///
/// # Errors
/// `not_found`.
pub async fn revoke(session: &Session, token: &str, trace: Option<Box<str>>) -> Result<Answer<()>> {
    let shown: String = token.chars().take(100).collect();
    let id =
        token.parse().map_err(|_| Fault::new(Code::NotFound, format!("no token `{shown}`")).at("token"))?;
    let receipt = submit(session, request(Work::RevokeToken(id), trace)).await?;
    session.engine.memory().forget(id);
    Ok(Answer { value: (), position: receipt.position, history: receipt.history })
}

fn request(work: Work, trace: Option<Box<str>>) -> Request {
    Request { work, origin: Origin::Rest, trace, idempotency: None }
}

fn describe(token: &Token) -> Json {
    json!({
        "id": token.id,
        "name": token.name,
        "created_at": token.created_at.to_string(),
        "revoked_at": token.revoked_at.map(|at| at.to_string()),
    })
}
