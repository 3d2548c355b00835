//! A submission in the queue, and who waits for its answer.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::decide::{Answer as Kept, Outcome};
use kith_model::id::HistoryId;
use kith_model::operation::{Submission, Work};
use tokio::sync::oneshot;

use crate::error::Result;

/// A submission that waits for the lane.
pub(crate) struct Job {
    pub(crate) submission: Submission,
    reply: oneshot::Sender<Result<Done>>,
}

/// What became of a submission.
pub(crate) enum Done {
    /// Committed.
    Committed {
        /// What was decided.
        outcome: Outcome,
        /// The history it is of.
        history: HistoryId,
        /// The catalog it was decided under.
        catalog: Arc<Catalog>,
    },
    /// Answered before.
    Replayed {
        /// The answer as it was kept.
        kept: Kept,
        /// The history it is of.
        history: HistoryId,
    },
}

impl Job {
    pub(crate) fn new(submission: Submission) -> (Self, oneshot::Receiver<Result<Done>>) {
        let (reply, receiver) = oneshot::channel();
        (Self { submission, reply }, receiver)
    }

    /// Whether nobody waits any more; then nothing need be done.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    /// How much of a batch it fills.
    pub(crate) fn weight(&self) -> usize {
        match &self.submission.work {
            Work::Records { operations, .. } => operations.len().max(1),
            Work::Fill(fill) => fill.records.len().max(1),
            Work::Act(_) => kith_model::limits::ACTION_STEPS_MAX,
            Work::Match(scan) => scan.records.len().max(1),
            Work::Load(load) => load.chunk().len().max(1),
            Work::CreateJob(_) | Work::EndJob(_) => 1,
            Work::Dismiss(_) | Work::Schema(_) | Work::CreateToken(_) | Work::RevokeToken(_) => 1,
        }
    }

    pub(crate) fn answer(self, result: Result<Done>) {
        // Nobody may be waiting any more; the answer is then nobody's.
        let _ = self.reply.send(result);
    }
}
