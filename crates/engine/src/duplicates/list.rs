//! Pairs that were found, a page at a time.

use kith_model::catalog::Object;
use kith_model::fault::{Code, Fault};
use kith_model::id::{RecordId, format_typeid};
use kith_model::matching::{Pair, PairState};
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::cursor;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::get::named;
use crate::records::page_size;
use crate::session::Session;

/// Which pairs.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The object's name.
    pub object: String,
    /// `open` or `dismissed`; without it those that are open.
    pub state: Option<String>,
    /// How many a page.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of the pairs that scans and writes have found.
///
/// # Errors
/// Every fault of the request.
pub async fn list(session: &Session, at_least: &AtLeast, listing: Listing) -> Result<Answer<Page<Json>>> {
    let object = named(session, &listing.object).await?;
    let limit = page_size(listing.limit)?;
    let state = match listing.state.as_deref() {
        None => PairState::Open,
        Some(word) => PairState::parse(word).ok_or_else(|| {
            Fault::new(Code::InvalidParameter, "`state` is `open` or `dismissed`").at("state")
        })?,
    };
    let kind = [object.number.to_string(), state.as_str().to_owned()];
    let after = match &listing.cursor {
        Some(text) => Some(parse(text, &kind)?),
        None => None,
    };
    let tenant = &session.tenant;
    let read = |_| tenant.store.pairs(tenant.id, object.number, state, after, limit + 1);
    let (_, mut seen) = tenant.read(at_least, read).await?;
    let has_more = seen.value.len() > limit as usize;
    seen.value.truncate(limit as usize);
    let last = seen.value.last().filter(|_| has_more);
    let next_cursor = last.map(|pair| {
        let (first, second) = (pair.first.0.simple().to_string(), pair.second.0.simple().to_string());
        cursor::seal(&["duplicates", &kind[0], &kind[1], &first, &second])
    });
    let data = seen.value.iter().map(|pair| document(pair, &object)).collect();
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}

fn document(pair: &Pair, object: &Object) -> Json {
    let rule = object.matching.iter().find(|rule| rule.number == pair.matching);
    json!({
        "object": object.name,
        "first": format_typeid(&object.prefix, pair.first.0),
        "second": format_typeid(&object.prefix, pair.second.0),
        "rule": rule.map(|rule| &rule.name),
        "score": rule.map(|_| pair.score),
        "state": pair.state.as_str(),
        "found_at": pair.found_at.to_string(),
    })
}

fn parse(text: &str, kind: &[String; 2]) -> Result<(RecordId, RecordId), Fault> {
    let [_, object, state, first, second] = cursor::open(text, "duplicates")?;
    if [object, state] != *kind {
        return Err(cursor::damaged());
    }
    let id = |text: &str| uuid::Uuid::try_parse(text).map(RecordId).map_err(|_| cursor::damaged());
    Ok((id(&first)?, id(&second)?))
}
