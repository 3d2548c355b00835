//! Versions of the schema: what each changed, and the schema as it was.

use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault};
use kith_model::journal::SchemaVersion;
use kith_store::{Seen, Version};
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::cursor;
use crate::error::{Error, Result};
use crate::position::AtLeast;
use crate::records::page_size;
use crate::schema::documents;
use crate::session::Session;

/// A page of versions, the latest first.
///
/// # Errors
/// Every fault of the request.
pub async fn versions(
    session: &Session,
    at_least: &AtLeast,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Answer<Page<Json>>> {
    let limit = page_size(limit)?;
    let before = match &cursor {
        Some(text) => {
            let [_, version] = cursor::open(text, "versions")?;
            Some(version.parse().map(SchemaVersion).map_err(|_| cursor::damaged())?)
        }
        None => None,
    };
    let tenant = &session.tenant;
    let read = |_| tenant.store.versions(tenant.id, before, limit + 1);
    let (_, Seen { state, mut value }) = tenant.read(at_least, read).await?;
    let has_more = value.len() > limit as usize;
    value.truncate(limit as usize);
    let last = value.last().filter(|_| has_more);
    let next_cursor = last.map(|last| cursor::seal(&["versions", &last.version.0.to_string()]));
    let data = value.iter().map(describe).collect::<Result<_>>()?;
    Ok(Answer::new(&state, Page { data, next_cursor }))
}

/// The schema as it was at a version.
///
/// # Errors
/// `not_found`, when there is no such version, or it is from before versions were kept.
pub async fn read_at(session: &Session, at_least: &AtLeast, version: SchemaVersion) -> Result<Answer<Json>> {
    let answer = schema_at(session, at_least, version).await?;
    Ok(answer.map(|catalog| json!({ "version": catalog.version(), "objects": documents(&catalog) })))
}

/// The catalog as it was at a version. Nothing can be read or written under it.
///
/// # Errors
/// `not_found`, when there is no such version, or it is from before versions were kept.
pub async fn schema_at(
    session: &Session,
    at_least: &AtLeast,
    version: SchemaVersion,
) -> Result<Answer<Catalog>> {
    let tenant = &session.tenant;
    let read = |_| tenant.store.definitions_at(tenant.id, version);
    let (_, Seen { state, value }) = tenant.read(at_least, read).await?;
    let definitions = match value {
        Some(definitions) => definitions,
        // Where everything began.
        None if version == SchemaVersion(0) => Vec::new(),
        None => {
            let fault = Fault::new(Code::NotFound, format!("the schema has no version {}", version.0));
            let hint = "GET /v1/schema/versions lists those there are";
            return Err(fault.at("version").hint(hint).into());
        }
    };
    Ok(Answer::new(&state, Catalog::compile(version, definitions)))
}

fn describe(version: &Version) -> Result<Json> {
    let Version { version, position, at, actor, changes } = version;
    let changes: Json = serde_json::from_str(changes).map_err(Error::internal)?;
    Ok(json!({
        "version": version,
        "position": position,
        "at": at.to_string(),
        "actor": actor.to_string(),
        "changes": changes,
    }))
}
