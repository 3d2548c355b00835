//! The tokens of a tenant.

use kith_model::decide::TokenReply;
use kith_model::fault::{Code, Fault};
use kith_model::id::TokenId;
use kith_model::limits;
use kith_model::operation::{NewToken, Work};
use kith_model::right::Rights;
use kith_model::time::Timestamp;
use kith_store::Token;
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page, Written};
use crate::error::{Error, Result};
use crate::records::page_size;
use crate::session::Session;
use crate::submit::{Receipt, ReceiptOutcome, Request, submit};
use crate::token::{Bearer, Seed};
use crate::{clock, cursor, rights, token};

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
    let place = cursor.map(|text| cursor::open_in::<2>(&text, "tokens")).transpose()?;
    let after = match &place {
        Some(place) => Some(place.words[1].parse().map_err(|_| cursor::damaged())?),
        None => None,
    };
    let mut seen = session.tenant.store.tokens(session.tenant.id, after, limit + 1).await?;
    cursor::check(place.as_ref(), &seen.state)?;
    let has_more = seen.value.len() > limit as usize;
    seen.value.truncate(limit as usize);
    let last = seen.value.last().filter(|_| has_more);
    let next_cursor = last.map(|last| cursor::seal_in(seen.state.history, &["tokens", &last.id.to_string()]));
    let data = seen.value.iter().map(describe).collect();
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}

/// Makes a token. Its text is in this answer, and in the same answer again if the same
/// caller sends the same request with the same idempotency key.
///
/// # Errors
/// Every fault of the name, and `forbidden` for rights that the caller has not.
pub async fn create(
    session: &Session,
    maker: &Bearer,
    name: String,
    rights: Rights,
    request: impl FnOnce(Work) -> Request,
) -> Result<Written<Json>> {
    rights::require_to_give(session, rights)?;
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
    let new = NewToken { rights, ..mint(session, maker, name.clone())? };
    let made = made(session, maker, submit(session, request(Work::CreateToken(new))).await?)?;
    Ok(made.map(|made| {
        json!({
            "id": made.id,
            "name": name,
            "rights": rights.to_json(),
            "created_at": made.created_at.to_string(),
            "revoked_at": null,
            "token": made.text,
        })
    }))
}

/// A token that was made, with its text.
pub(crate) struct Made {
    pub(crate) id: TokenId,
    pub(crate) created_at: Timestamp,
    pub(crate) text: String,
}

/// A new token, still to be submitted.
pub(crate) fn mint(session: &Session, maker: &Bearer, name: String) -> Result<NewToken> {
    let seed = Seed::new()?;
    let hash = token::hash(&seed.token(session.tenant.id, maker));
    let (id, rights) = (clock::token_id(clock::now())?, Rights::default());
    Ok(NewToken { id, name, rights, hash, seed: seed.text(), is_first: false })
}

/// What came of submitting a token, now or the first time.
pub(crate) fn made(session: &Session, maker: &Bearer, receipt: Receipt) -> Result<Written<Made>> {
    let Receipt { position, history, replayed, outcome } = receipt;
    let ReceiptOutcome::TokenCreated(TokenReply { id, created_at, seed }) = outcome else {
        return Err(Error::internal("a token was made without an answer"));
    };
    let seed = Seed::parse(&seed).ok_or_else(|| Error::corrupt("the seed of a token"))?;
    let text = seed.token(session.tenant.id, maker);
    Ok(Written { value: Made { id, created_at, text }, position, history, replayed })
}

/// Ends a token: at once on this node, within seconds on others.
///
/// # Errors
/// `not_found`.
pub async fn revoke(
    session: &Session,
    token: &str,
    request: impl FnOnce(Work) -> Request,
) -> Result<Receipt> {
    let shown: String = token.chars().take(100).collect();
    let id =
        token.parse().map_err(|_| Fault::new(Code::NotFound, format!("no token `{shown}`")).at("token"))?;
    let receipt = submit(session, request(Work::RevokeToken(id))).await?;
    session.engine.memory().forget(id);
    Ok(receipt)
}

fn describe(token: &Token) -> Json {
    json!({
        "id": token.id,
        "name": token.name,
        "rights": token.rights.to_json(),
        "created_at": token.created_at.to_string(),
        "revoked_at": token.revoked_at.map(|at| at.to_string()),
    })
}
