//! The changes of one record.

use kith_model::fault::{Code, Fault};
use kith_model::journal::Position;
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::changes::render::fields;
use crate::cursor;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::get::locate;
use crate::records::page_size;
use crate::session::Session;

/// A record's changes, oldest first, also when it is deleted or purged.
///
/// # Errors
/// `not_found`, when the journal knows no such record.
pub async fn history(
    session: &Session,
    at_least: &AtLeast,
    object: &str,
    id: &str,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Answer<Page<Json>>> {
    let (object, record) = locate(session, object, id).await?;
    let limit = page_size(limit)?;
    let after = match &cursor {
        Some(text) => parse_cursor(text, id)?,
        None => Position(0),
    };
    let tenant = &session.tenant;
    let read = |_| tenant.store.history(tenant.id, record, after, limit + 1);
    let (catalog, mut seen) = tenant.read(at_least, read).await?;
    if seen.value.is_empty() && cursor.is_none() {
        return Err(Fault::new(Code::NotFound, format!("no {} `{id}`", object.name)).at("id").into());
    }
    let has_more = seen.value.len() > limit as usize;
    seen.value.truncate(limit as usize);
    let last = seen.value.last().map(|(_, change)| change.position);
    let next_cursor = last.filter(|_| has_more).map(|last| cursor::seal(&["history", id, &last.to_string()]));
    let mut data = Vec::with_capacity(seen.value.len());
    for (transaction, change) in &seen.value {
        let mut entry = json!({
            "position": change.position,
            "type": change.kind,
            "at": transaction.at.to_string(),
            "actor": transaction.actor.to_string(),
            "origin": transaction.origin,
            "version": change.version,
        });
        match &change.diff {
            Some(diff) => entry["fields"] = fields(diff, object.number, &catalog)?,
            None => entry["erased"] = Json::Bool(true),
        }
        data.push(entry);
    }
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}

fn parse_cursor(text: &str, id: &str) -> Result<Position, Fault> {
    let [_, of, after] = cursor::open(text, "history")?;
    if of != id {
        return Err(cursor::damaged());
    }
    after.parse().map(Position).map_err(|_| cursor::damaged())
}
