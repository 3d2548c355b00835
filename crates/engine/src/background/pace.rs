//! How much is done in one piece, and how long is rested after it: background work takes
//! the lane for as long as nobody else wants it, and gives way as soon as somebody does.

use std::time::{Duration, Instant};

use kith_model::journal::Position;

use crate::tenant::Tenant;

/// A piece is at least this many records: below, the commit costs more than its work.
/// After a checkpoint PostgreSQL logs each page that is touched whole, which makes even
/// these a few hundred kilobytes of log where the indexes are large.
const SIZE_MIN: usize = 20;

/// And at most this many: it is one transaction of the journal.
const SIZE_MAX: usize = 1_000;

/// How long a piece may take while others write: what they then wait for it is within
/// the spread of their own commits.
const BESIDE_OTHERS: Duration = Duration::from_millis(3);

/// Of the time that a piece took, how much is rested after it beside others.
const REST: u32 = 2;

/// The same when it took twice as long as it may: then it waited for the disk, as others
/// do, and more of it would make that longer.
const REST_STRAINED: u32 = 4;

/// How long a piece may take while nobody else does.
const ALONE: Duration = Duration::from_millis(60);

/// The first piece of a job's rows.
const LOAD_SIZE: usize = 200;

/// And the most rows of one: with more, nothing is won.
const LOAD_SIZE_MAX: usize = 2_000;

/// How long one may take while nobody else writes: whoever comes waits no longer.
const LOAD_ALONE: Duration = Duration::from_millis(40);

/// The pace of one piece of background work.
pub(crate) struct Pace {
    size: usize,
    size_max: usize,
    /// How long a piece may take while nobody else writes.
    alone: Duration,
    /// Where the journal stood after our last piece.
    at: Position,
    started: Instant,
    /// Pieces since somebody else wrote.
    quiet: u32,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            size: 2 * SIZE_MIN,
            size_max: SIZE_MAX,
            alone: ALONE,
            at: Position(0),
            started: Instant::now(),
            quiet: 0,
        }
    }

    /// The pace of a job that writes rows: each piece is prepared beforehand.
    pub(crate) fn of_load() -> Self {
        Self { size: LOAD_SIZE, size_max: LOAD_SIZE_MAX, alone: LOAD_ALONE, ..Self::new() }
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
    /// rests longer than it took if others are at work.
    pub(crate) async fn end(&mut self, at: Position) {
        let took = self.started.elapsed().max(Duration::from_micros(100));
        self.at = at;
        // One quiet piece is chance.
        let is_beside_others = self.quiet < 3;
        let wanted = if is_beside_others { BESIDE_OTHERS } else { self.alone };
        let fitting = self.size as u128 * wanted.as_micros() / took.as_micros();
        let fitting = usize::try_from(fitting).unwrap_or(self.size_max);
        self.size = fitting.clamp(self.size / 2, self.size * 2).clamp(SIZE_MIN, self.size_max);
        if is_beside_others {
            let rest = if took > 2 * BESIDE_OTHERS { REST_STRAINED } else { REST };
            tokio::time::sleep(rest * took).await;
        }
    }
}
