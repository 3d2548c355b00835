//! The changes of one record.

use kith_model::catalog::Object;
use kith_model::fault::{Code, Fault};
use kith_model::id::RecordId;
use kith_model::journal::Position;
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::changes::imported::imported;
use crate::changes::render::{fields, others};
use crate::cursor;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::get::{locate, read_of};
use crate::records::page_size;
use crate::session::Session;

/// A record's changes, oldest first, also when it is deleted or purged. There are none
/// when the journal's retention has removed them all.
///
/// # Errors
/// `not_found`, when neither the journal nor the tables know such a record.
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
    let place = cursor.map(|text| cursor::open_in::<3>(&text, "history")).transpose()?;
    let after = match &place {
        Some(place) => after(place, id)?,
        None => Position(0),
    };
    let tenant = &session.tenant;
    let read = |_| tenant.store.history(tenant.id, record, after, limit + 1);
    let (catalog, mut seen) = tenant.read(at_least, read).await?;
    cursor::check(place.as_ref(), &seen.state)?;
    if seen.value.is_empty() && place.is_none() && !exists(session, &object, record).await? {
        return Err(Fault::new(Code::NotFound, format!("no {} `{id}`", object.name)).at("id").into());
    }
    let has_more = seen.value.len() > limit as usize;
    seen.value.truncate(limit as usize);
    let last = seen.value.last().map(|(_, change)| change.position);
    let next_cursor = last
        .filter(|_| has_more)
        .map(|last| cursor::seal_in(seen.state.history, &["history", id, &last.to_string()]));
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
            Some(diff) => {
                entry["fields"] = fields(diff, object.number, &catalog)?;
                for (member, other) in others(change.kind, diff)? {
                    entry[member] = other;
                }
                if let Some(imported) = imported(diff)? {
                    entry["imported"] = imported;
                }
            }
            None => entry["erased"] = Json::Bool(true),
        }
        data.push(entry);
    }
    Ok(Answer::new(&seen.state, Page { data, next_cursor }))
}

/// Whether there is such a record, live or in the trash.
async fn exists(session: &Session, object: &Object, id: RecordId) -> Result<bool> {
    let (tenant, number) = (&session.tenant, object.number);
    let read = |catalog| async move { tenant.store.row(tenant.id, &catalog, number, id).await };
    let (_, live) = read_of(session, object, &AtLeast(None), read).await?;
    if live.value.is_some() {
        return Ok(true);
    }
    let trashed = tenant.store.trashed(tenant.id, id).await?.value;
    Ok(trashed.is_some_and(|trashed| trashed.object == number))
}

fn after(place: &cursor::Place<3>, id: &str) -> Result<Position, Fault> {
    let [_, of, after] = &place.words;
    if of != id {
        return Err(cursor::damaged());
    }
    after.parse().map(Position).map_err(|_| cursor::damaged())
}
