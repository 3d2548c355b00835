//! How much is done in one piece, and how long is rested after it: background work takes
//! the lane for as long as nobody else wants it, and gives way as soon as somebody does.

use std::time::{Duration, Instant};

use kith_model::journal::Position;

use crate::tenant::Tenant;

/// A piece is at least this many records: below, the commit costs more than its work.
const SIZE_MIN: usize = 50;

/// And at most this many: it is one transaction of the journal.
const SIZE_MAX: usize = 1_000;

/// How long a piece may take while others write: what they then wait for it is within
/// the spread of their own commits.
const BESIDE_OTHERS: Duration = Duration::from_millis(4);

/// How long a piece may take while nobody else does.
const ALONE: Duration = Duration::from_millis(60);

/// The pace of one piece of background work.
pub(crate) struct Pace {
    size: usize,
    /// Where the journal stood after our last piece.
    at: Position,
    started: Instant,
    /// Pieces since somebody else wrote.
    quiet: u32,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { size: 2 * SIZE_MIN, at: Position(0), started: Instant::now(), quiet: 0 }
    }

    /// How many records the next piece has.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Begins a piece.
    pub(crate) fn begin(&mut self, tenant: &Tenant) {
        let others = tenant.head().last_position > self.at || !tenant.lock_queue().jobs.is_empty();
        self.quiet = if others { 0 } else { self.quiet.saturating_add(1) };
        self.started = Instant::now();
    }

    /// Ends a piece that was committed at a position: sets the size of the next one, and
    /// rests twice as long as it took if others are at work.
    pub(crate) async fn end(&mut self, at: Position) {
        let took = self.started.elapsed().max(Duration::from_micros(100));
        self.at = at;
        // One quiet piece is chance.
        let is_beside_others = self.quiet < 3;
        let wanted = if is_beside_others { BESIDE_OTHERS } else { ALONE };
        let fitting = self.size as u128 * wanted.as_micros() / took.as_micros();
        let fitting = usize::try_from(fitting).unwrap_or(SIZE_MAX);
        self.size = fitting.clamp(self.size / 2, self.size * 2).clamp(SIZE_MIN, SIZE_MAX);
        if is_beside_others {
            tokio::time::sleep(2 * took).await;
        }
    }
}
