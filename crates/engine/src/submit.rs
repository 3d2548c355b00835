//! Submitting work to a tenant's lane, and the receipt for it.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::decide::{KeptRecord, KeptReply, LoadReply, RecordReply, Reply, TokenReply, parse_answer};
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::{HistoryId, JobId, format_typeid};
use kith_model::journal::{Origin, Position};
use kith_model::limits;
use kith_model::operation::{Caller, Disposition, Idempotency, Submission, Work};
use kith_model::record::{Row, render_record};
use kith_model::time::Timestamp;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::lane::{self, Done, Job};
use crate::session::Session;
use crate::{id_map, rights, tasks};

/// What a caller submits.
#[derive(Debug)]
pub struct Request {
    /// The work.
    pub work: Work,
    /// Through which door.
    pub origin: Origin,
    /// W3C `traceparent` of the request.
    pub trace: Option<Box<str>>,
    /// The idempotency key, if there is one.
    pub idempotency: Option<IdempotencyInput>,
}

/// An idempotency key as the caller gave it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdempotencyInput {
    /// The key.
    pub key: String,
    /// SHA-256 of all that makes the request what it is.
    pub request: [u8; 32],
}

/// The receipt for committed work.
#[derive(Debug)]
pub struct Receipt {
    /// The last position of its transaction.
    pub position: Position,
    /// The history that the position is of.
    pub history: HistoryId,
    /// Whether it was answered before under the same idempotency key.
    pub replayed: bool,
    /// What it answers.
    pub outcome: ReceiptOutcome,
}

/// What committed work answers.
#[derive(Debug)]
pub enum ReceiptOutcome {
    /// One result an operation; refusals only in independent batches.
    Records(Vec<Result<RecordResult, Faults>>),
    /// The wire document of what was changed in the schema.
    Schema(Json),
    /// A token was made.
    TokenCreated(TokenReply),
    /// A token was revoked.
    Token,
    /// A job was made or ended.
    Job(JobId),
    /// A chunk of a job's rows was dealt with.
    Loaded(Box<LoadReply>),
}

/// The result of a record operation.
#[derive(Debug)]
pub struct RecordResult {
    /// What it did.
    pub disposition: Disposition,
    /// The object's name.
    pub object: String,
    /// The record's id.
    pub id: String,
    /// Its version afterwards.
    pub version: i64,
    /// How many records are likely to stand for the same thing, if that was asked.
    pub duplicates: Option<usize>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    None,
    Row { catalog: Arc<Catalog>, object: Arc<Object>, row: Arc<Row>, now: Timestamp },
    Kept(Box<RawValue>),
}

impl RecordResult {
    /// Appends the record as JSON; answers false when there is none (deleted, purged).
    pub fn write_record(&self, out: &mut String) -> bool {
        match &self.body {
            Body::None => false,
            Body::Row { catalog, object, row, now } => {
                render_record(object, row, catalog, *now, out);
                true
            }
            Body::Kept(text) => {
                out.push_str(text.get());
                true
            }
        }
    }

    fn new(reply: RecordReply, catalog: &Arc<Catalog>, now: Timestamp) -> Self {
        let RecordReply { disposition, object, id, version, row, duplicates } = reply;
        Self {
            disposition,
            object: object.name.clone(),
            id: format_typeid(&object.prefix, id.0),
            version,
            duplicates,
            body: row.map_or(Body::None, |row| Body::Row { catalog: catalog.clone(), object, row, now }),
        }
    }

    fn kept(kept: KeptRecord) -> Self {
        let KeptRecord { disposition, object, id, version, duplicates, record } = kept;
        Self { disposition, object, id, version, duplicates, body: record.map_or(Body::None, Body::Kept) }
    }
}

/// Submits work and waits until it is committed or refused.
///
/// # Errors
/// Every fault of the work (nothing of it is done then), or a failure of the store.
pub async fn submit(session: &Session, request: Request) -> Result<Receipt> {
    let Request { mut work, origin, trace, idempotency } = request;
    if let Work::Records { operations, mode: _ } = &mut work {
        check_size(operations.len())?;
        rights::require_for(session, operations)?;
        id_map::ensure_for(session, operations, origin).await?;
        let catalog = session.catalog();
        operations.iter_mut().for_each(|operation| operation.prepare(&catalog));
        session.count_writes(operations, &catalog);
    }
    if let Work::Schema(work) = &work {
        tasks::unique_keys(session, work).await?;
    }
    let actor = session.actor();
    let idempotency = idempotency.map(|input| Idempotency {
        key: format!("{actor}:{}", input.key).into_boxed_str(),
        request: input.request,
    });
    let submission = Submission { work, caller: Caller { actor, origin, trace, job: None }, idempotency };
    let (job, receiver) = Job::new(submission);
    lane::push(&session.engine, &session.tenant, job)?;
    match receiver.await {
        Ok(done) => receipt(done?),
        Err(_) => Err(Error::internal("a lane ended without an answer")),
    }
}

fn check_size(operations: usize) -> Result<()> {
    if operations > limits::BATCH_OPERATIONS_MAX {
        let message =
            format!("a batch has at most {} operations, not {operations}", limits::BATCH_OPERATIONS_MAX);
        return Err(Fault::new(Code::TooLarge, message).at("operations").hint("send several batches").into());
    }
    Ok(())
}

fn receipt(done: Done) -> Result<Receipt> {
    match done {
        Done::Committed { outcome, history, catalog } => {
            let now = outcome.now;
            let result = |result: Result<RecordReply, Faults>| {
                result.map(|reply| RecordResult::new(reply, &catalog, now))
            };
            let position = outcome.position;
            let outcome = match outcome.answer {
                Reply::Records(results) => ReceiptOutcome::Records(results.into_iter().map(result).collect()),
                Reply::Schema(document) => ReceiptOutcome::Schema(document),
                Reply::TokenCreated(token) => ReceiptOutcome::TokenCreated(token),
                Reply::Token => ReceiptOutcome::Token,
                Reply::Job(id) => ReceiptOutcome::Job(id),
                Reply::Loaded(reply) => ReceiptOutcome::Loaded(reply),
            };
            Ok(Receipt { position, history, replayed: false, outcome })
        }
        Done::Replayed { kept, history } => {
            let body = kept.body.as_deref().unwrap_or_default();
            let outcome = match parse_answer(body).map_err(Error::internal)? {
                KeptReply::Records(results) => {
                    let results = results.into_iter().map(|result| result.map(RecordResult::kept));
                    ReceiptOutcome::Records(results.collect())
                }
                KeptReply::Schema(document) => ReceiptOutcome::Schema(document),
                KeptReply::TokenCreated(token) => ReceiptOutcome::TokenCreated(token),
                KeptReply::Token => ReceiptOutcome::Token,
                KeptReply::Job(id) => ReceiptOutcome::Job(id),
            };
            Ok(Receipt { position: kept.position, history, replayed: true, outcome })
        }
    }
}
