//! Points of a batch to go back to: what an operation did that is refused, or cannot be
//! decided yet, is undone.

use crate::decide::batch::Batch;
use crate::journal::TenantState;

/// A point of the batch to go back to.
pub(super) struct Mark {
    layers: [usize; 9],
    lists: [usize; 9],
    /// The tenant's row as it was.
    pub(super) state: TenantState,
}

impl Batch<'_> {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            layers: [
                self.rows.mark(),
                self.uniques.mark(),
                self.trash.mark(),
                self.counters.mark(),
                self.live_tokens.mark(),
                self.kept.mark(),
                self.filed.mark(),
                self.aliases.mark(),
                self.jobs.mark(),
            ],
            lists: [
                self.erased.len(),
                self.transactions.len(),
                self.changes.len(),
                self.answers.len(),
                self.tokens.len(),
                self.deltas.len(),
                self.scanned.len(),
                self.pairs.len(),
                self.job_writes.len(),
            ],
            state: self.state,
        }
    }

    pub(super) fn undo_to(&mut self, mark: Mark) {
        let Mark { layers, lists, state } = mark;
        self.rows.undo_to(layers[0]);
        self.uniques.undo_to(layers[1]);
        self.trash.undo_to(layers[2]);
        self.counters.undo_to(layers[3]);
        self.live_tokens.undo_to(layers[4]);
        self.kept.undo_to(layers[5]);
        self.filed.undo_to(layers[6]);
        self.aliases.undo_to(layers[7]);
        self.jobs.undo_to(layers[8]);
        self.erased.truncate(lists[0]);
        self.transactions.truncate(lists[1]);
        self.changes.truncate(lists[2]);
        self.answers.truncate(lists[3]);
        self.tokens.truncate(lists[4]);
        self.deltas.truncate(lists[5]);
        self.scanned.truncate(lists[6]);
        self.pairs.truncate(lists[7]);
        self.job_writes.truncate(lists[8]);
        self.state = state;
    }
}
