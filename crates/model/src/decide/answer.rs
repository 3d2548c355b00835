//! Answers as they are kept under an idempotency key, and read again.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::catalog::Catalog;
use crate::decide::batch::{RecordReply, Reply, TokenReply};
use crate::fault::Faults;
use crate::id::{JobId, RecordId, format_typeid};
use crate::operation::Disposition;
use crate::record::render_record;
use crate::time::Timestamp;

/// A kept answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptReply {
    /// One result an operation.
    Records(Vec<Result<KeptRecord, Faults>>),
    /// The wire document of what was changed.
    Schema(Json),
    /// A token was made; neither its text is kept, nor what would be enough to make it again.
    TokenCreated(TokenReply),
    /// A token was revoked.
    Token,
    /// A job was made or ended.
    Job(JobId),
}

/// A kept result of a record operation.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptRecord {
    /// What it did.
    pub disposition: Disposition,
    /// The object's name.
    pub object: String,
    /// The record's id.
    pub id: String,
    /// Its version afterwards.
    pub version: i64,
    /// How many records are likely to stand for the same thing, if that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<usize>,
    /// The record as it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Box<RawValue>>,
}

impl KeptRecord {
    /// The form in which a result is kept and answered.
    #[must_use]
    pub fn of(reply: &RecordReply, catalog: &Catalog, now: Timestamp) -> Self {
        let record = reply.row.as_ref().and_then(|row| {
            let mut text = String::with_capacity(512);
            render_record(&reply.object, row, catalog, now, &mut text);
            RawValue::from_string(text).ok()
        });
        Self {
            disposition: reply.disposition,
            object: reply.object.name.clone(),
            id: format_typeid(&reply.object.prefix, reply.id.0),
            version: reply.version,
            duplicates: reply.duplicates,
            record,
        }
    }
}

/// An answer as JSON text, its virtual fields as of a time.
pub(super) fn render(reply: &Reply, catalog: &Catalog, now: Timestamp) -> Box<str> {
    let kept = match reply {
        Reply::Records(results) => {
            let keep = |result: &Result<RecordReply, Faults>| match result {
                Ok(reply) => Ok(KeptRecord::of(reply, catalog, now)),
                Err(faults) => Err(faults.clone()),
            };
            KeptReply::Records(results.iter().map(keep).collect())
        }
        Reply::Schema(document) => KeptReply::Schema(document.clone()),
        Reply::TokenCreated(token) => KeptReply::TokenCreated(token.clone()),
        Reply::Token => KeptReply::Token,
        Reply::Job(id) => KeptReply::Job(*id),
        // A chunk has no key to be kept under: its step says whether it was written.
        Reply::Loaded(_) => KeptReply::Records(Vec::new()),
    };
    serde_json::to_string(&kept).unwrap_or_default().into_boxed_str()
}

/// The records that an answer shows as they were before.
pub(super) fn unchanged(reply: &Reply) -> Vec<RecordId> {
    let Reply::Records(results) = reply else { return Vec::new() };
    let replies = results.iter().filter_map(|result| result.as_ref().ok());
    let mut ids: Vec<RecordId> =
        replies.filter(|reply| reply.disposition == Disposition::Unchanged).map(|reply| reply.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Reads a kept answer.
///
/// # Errors
/// When the text is none.
pub fn parse(text: &str) -> Result<KeptReply, serde_json::Error> {
    serde_json::from_str(text)
}
