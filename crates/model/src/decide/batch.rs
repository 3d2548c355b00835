//! One batch: submissions decided in order over what was loaded and what those before
//! them did. This file owns the order of things; each kind of work has its own.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::catalog::{Catalog, Object};
use crate::decide::derive::Delta;
use crate::decide::keys::{Answer, Found, Key, KeyValue, Loaded};
use crate::decide::load::LoadReply;
use crate::decide::mark::Mark;
use crate::decide::matching::Place;
use crate::decide::merge::{AliasWrite, AnswerWrite, JobWrite, SchemaWrite, TokenWrite};
use crate::decide::overlay::Layer;
use crate::decide::{answer, mint};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, JobId, KeyNo, ObjectNo, RecordId, TokenId};
use crate::job::Job;
use crate::journal::{Change, ChangeKind, Position, TenantState, Transaction};
use crate::matching::Pair;
use crate::operation::{Caller, Disposition, Idempotency, Submission, Work};
use crate::record::{Row, Trashed};
use crate::time::Timestamp;

/// Why a submission cannot be decided yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Something must be loaded first; see [`Batch::take_missing`].
    Missing,
    /// It must stand at the start of a batch of its own.
    Barrier,
}

/// What became of one submission.
#[derive(Debug)]
pub enum Decided {
    /// Done, once the batch is committed.
    Done(Outcome),
    /// Refused; it changes nothing.
    Refused(Faults),
    /// Answered before under the same idempotency key.
    Replayed(Answer),
}

/// The answer to a submission.
#[derive(Debug)]
pub struct Outcome {
    /// The last position of its transaction; the tenant's last one when it changed nothing.
    pub position: Position,
    /// The time that virtual fields are shown as of.
    pub now: Timestamp,
    /// What it answers.
    pub answer: Reply,
}

/// What a submission answers.
#[derive(Debug)]
pub enum Reply {
    /// One result an operation.
    Records(Vec<Result<RecordReply, Faults>>),
    /// The wire document of what was changed.
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

/// A token that was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TokenReply {
    /// Its id.
    pub id: TokenId,
    /// When.
    pub created_at: Timestamp,
    /// See [`crate::operation::NewToken`].
    pub seed: Box<str>,
}

/// The result of a record operation.
#[derive(Clone, Debug)]
pub struct RecordReply {
    /// What it did.
    pub disposition: Disposition,
    /// The object.
    pub object: Arc<Object>,
    /// The record.
    pub id: RecordId,
    /// Its version afterwards.
    pub version: i64,
    /// The record afterwards; none when it was deleted or purged.
    pub row: Option<Arc<Row>>,
    /// How many records are likely to stand for the same thing, if that was asked.
    pub duplicates: Option<usize>,
}

/// Nothing is known of it yet; what to load has been noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Missing;

/// Why one operation is not done.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Halt {
    Missing,
    Barrier,
    Faults(Faults),
}

/// Joins what two checks say, so that every fault is told at once.
pub(super) trait AndAlso {
    /// Both; what is missing goes before what is wrong, as that may be for want of it.
    fn and_also(self, other: Self) -> Self;
}

impl AndAlso for Result<(), Halt> {
    fn and_also(self, other: Self) -> Self {
        match (self, other) {
            (Err(Halt::Faults(mut faults)), Err(Halt::Faults(more))) => {
                faults.extend(more);
                Err(Halt::Faults(faults))
            }
            (Err(Halt::Faults(_)) | Ok(()), Err(halt)) | (Err(halt), _) => Err(halt),
            (Ok(()), Ok(())) => Ok(()),
        }
    }
}

impl From<Missing> for Halt {
    fn from(_: Missing) -> Self {
        Self::Missing
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Faults(vec![fault])
    }
}

/// A batch being decided.
pub struct Batch<'a> {
    /// The catalog that the batch began with, and that what is loaded is of.
    pub(super) origin: Arc<Catalog>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) loaded: &'a Loaded,
    pub(super) before: TenantState,
    pub(super) state: TenantState,
    pub(super) rows: Layer<(ObjectNo, RecordId), Option<Arc<Row>>>,
    pub(super) uniques: Layer<(KeyNo, KeyValue), Option<RecordId>>,
    pub(super) trash: Layer<RecordId, Option<Arc<Trashed>>>,
    pub(super) counters: Layer<FieldNo, i64>,
    pub(super) live_tokens: Layer<TokenId, bool>,
    pub(super) filed: Layer<Place, BTreeMap<RecordId, bool>>,
    pub(super) aliases: Layer<RecordId, Option<AliasWrite>>,
    pub(super) scanned: Vec<(Arc<Object>, Arc<Row>)>,
    pub(super) pairs: Vec<Pair>,
    pub(super) kept: Layer<Box<str>, Answer>,
    pub(super) erased: Vec<RecordId>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) changes: Vec<Change>,
    pub(super) answers: Vec<AnswerWrite>,
    pub(super) tokens: Vec<TokenWrite>,
    pub(super) jobs: Layer<JobId, Box<Job>>,
    pub(super) job_writes: Vec<JobWrite>,
    pub(super) schema: Option<SchemaWrite>,
    pub(super) deltas: Vec<Delta>,
    pub(super) mint: mint::Mint,
    now: Timestamp,
    missing: Vec<Key>,
    asked: HashSet<Key>,
    closed: bool,
}

impl<'a> Batch<'a> {
    /// Begins a batch under the tenant's lock.
    #[must_use]
    pub fn new(
        catalog: Arc<Catalog>,
        state: TenantState,
        loaded: &'a Loaded,
        now: Timestamp,
        seed: u128,
    ) -> Self {
        Self {
            origin: catalog.clone(),
            catalog,
            loaded,
            before: state,
            state,
            rows: Layer::default(),
            uniques: Layer::default(),
            trash: Layer::default(),
            counters: Layer::default(),
            live_tokens: Layer::default(),
            filed: Layer::default(),
            aliases: Layer::default(),
            scanned: Vec::new(),
            pairs: Vec::new(),
            kept: Layer::default(),
            erased: Vec::new(),
            transactions: Vec::new(),
            changes: Vec::new(),
            answers: Vec::new(),
            tokens: Vec::new(),
            jobs: Layer::default(),
            job_writes: Vec::new(),
            schema: None,
            deltas: Vec::new(),
            mint: mint::Mint::new(seed),
            now,
            missing: Vec::new(),
            asked: HashSet::new(),
            closed: false,
        }
    }

    /// The catalog as it stands after what was decided so far.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// What must be loaded before the batch is decided again.
    pub fn take_missing(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.missing)
    }

    /// Decides the next submission.
    ///
    /// # Errors
    /// [`Stop`], and the batch is as if it had not been asked (but what is missing is noted).
    pub fn decide(&mut self, submission: &Submission) -> Result<Decided, Stop> {
        if self.closed {
            return Err(Stop::Barrier);
        }
        if let Some(idempotency) = &submission.idempotency
            && let Some(decided) = self.replay(idempotency).map_err(|Missing| Stop::Missing)?
        {
            return Ok(decided);
        }
        let mark = self.mark();
        self.begin();
        let decided = match &submission.work {
            Work::Records { operations, mode } => {
                self.decide_records(operations, *mode, &submission.caller).map(Reply::Records)
            }
            Work::Schema(work) => self.decide_schema(work, submission.caller.actor).map(Reply::Schema),
            Work::Act(act) => self.decide_act(act, &submission.caller).map(Reply::Records),
            Work::Fill(fill) => self.decide_fill(fill).map(|()| Reply::Records(Vec::new())),
            Work::Match(scan) => self.decide_match(scan).map(|()| Reply::Records(Vec::new())),
            Work::Dismiss(dismissal) => self.dismiss(dismissal).map(|()| Reply::Records(Vec::new())),
            Work::CreateToken(token) => self.create_token(token).map(Reply::TokenCreated),
            Work::RevokeToken(id) => self.revoke_token(*id).map(|()| Reply::Token),
            Work::CreateJob(new) => self.create_job(new, submission.caller.actor).map(Reply::Job),
            Work::EndJob(end) => self.end_job(end).map(Reply::Job),
            Work::Load(load) => {
                self.load(load, &submission.caller).map(|reply| Reply::Loaded(Box::new(reply)))
            }
        };
        let halt = match decided {
            Ok(reply) => return Ok(Decided::Done(self.seal(submission, reply, &mark))),
            Err(halt) => halt,
        };
        self.undo_to(mark);
        match halt {
            Halt::Missing => Err(Stop::Missing),
            Halt::Barrier => Err(Stop::Barrier),
            Halt::Faults(faults) => Ok(Decided::Refused(faults)),
        }
    }

    /// The answer kept under the caller's key, or that it was used for something else.
    fn replay(&mut self, idempotency: &Idempotency) -> Result<Option<Decided>, Missing> {
        let kept = match self.kept.get(&idempotency.key) {
            Some(answer) => Some(answer.clone()),
            None => match self.ask(Key::Answer(idempotency.key.clone()))? {
                Found::Answer(answer) => answer.clone(),
                _ => None,
            },
        };
        Ok(kept.map(|answer| {
            if answer.request != idempotency.request {
                let message = "this idempotency key was used for another request";
                let hint = "use a new key for a new request; keys are kept for 24 hours";
                Decided::Refused(vec![Fault::new(Code::IdempotencyConflict, message).hint(hint)])
            } else if answer.body.is_none() {
                let message =
                    "the answer kept under this idempotency key was erased when its record was purged";
                Decided::Refused(vec![Fault::new(Code::AnswerErased, message)])
            } else {
                Decided::Replayed(answer)
            }
        }))
    }

    /// Opens a transaction: its time is strictly later than that of the one before.
    fn begin(&mut self) {
        self.deltas.clear();
        self.state.last_at = self.now.max(Timestamp(self.state.last_at.0 + 1));
        self.mint.begin(self.state.last_at);
    }

    /// Closes a transaction: its journal row, and the answer to keep.
    fn seal(&mut self, submission: &Submission, reply: Reply, mark: &Mark) -> Outcome {
        let first = mark.state.last_position.next();
        let last = self.state.last_position;
        if last < first {
            // Nothing changed: no transaction, and time stands where it stood.
            self.state.last_at = mark.state.last_at;
        } else {
            self.transactions.push(self.transaction(first, last, &submission.caller));
        }
        if let Some(idempotency) = &submission.idempotency {
            let body = answer::render(&reply, &self.catalog, self.now);
            let (key, request) = (idempotency.key.clone(), idempotency.request);
            self.kept.set(key.clone(), Answer { request, position: last, body: Some(body.clone()) });
            let unchanged = answer::unchanged(&reply);
            self.answers.push(AnswerWrite { key, request, first, last, at: self.now, body, unchanged });
        }
        self.closed = self.schema.is_some();
        Outcome { position: last, now: self.now, answer: reply }
    }

    fn transaction(&self, first: Position, last: Position, caller: &Caller) -> Transaction {
        Transaction {
            first,
            last,
            at: self.state.last_at,
            actor: caller.actor,
            origin: caller.origin,
            job: caller.job.map(|job| job.to_string().into_boxed_str()),
            trace: caller.trace.clone(),
            schema_version: self.state.schema_version,
        }
    }

    /// The time of the transaction being decided.
    pub(super) fn at(&self) -> Timestamp {
        self.state.last_at
    }

    /// Writes the next change of the journal and answers its position.
    pub(super) fn record_change(
        &mut self,
        kind: ChangeKind,
        about: Option<(ObjectNo, Option<RecordId>)>,
        version: i64,
        diff: String,
    ) -> Position {
        let position = self.next_position();
        self.state.last_position = position;
        let transaction = self.first_position_of_transaction();
        self.changes.push(Change {
            position,
            transaction,
            kind,
            object: about.map(|(object, _)| object),
            record: about.and_then(|(_, record)| record),
            version,
            diff: Some(diff.into_boxed_str()),
        });
        position
    }

    /// The position the next change will have.
    pub(super) fn next_position(&self) -> Position {
        self.state.last_position.next()
    }

    /// The first position of the transaction being decided.
    pub(super) fn first_position_of_transaction(&self) -> Position {
        self.transactions.last().map_or(self.before.last_position, |transaction| transaction.last).next()
    }

    /// The answer to a key, or a note that it is wanted.
    pub(super) fn ask(&mut self, key: Key) -> Result<&'a Found, Missing> {
        if let Some(found) = self.loaded.get(&key) {
            return Ok(found);
        }
        if self.asked.insert(key.clone()) {
            self.missing.push(key);
        }
        Err(Missing)
    }

    /// Whether no submission before this one left anything to write.
    pub(super) fn is_untouched(&self) -> bool {
        let Self { transactions, answers, scanned, job_writes, .. } = self;
        transactions.is_empty() && answers.is_empty() && scanned.is_empty() && job_writes.is_empty()
    }
}
