//! When requests are due that do not wait for one another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Requests at a fixed rate. The connection that is free takes the next one.
#[derive(Debug)]
pub(super) struct Schedule {
    start: Instant,
    per_second: u64,
    next: AtomicU64,
    total: u64,
}

impl Schedule {
    /// Requests from a time on, for so long.
    pub(super) fn new(start: Instant, per_second: u64, time: Duration) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let total = millis.saturating_mul(per_second) / 1000;
        Self { start, per_second: per_second.max(1), next: AtomicU64::new(0), total }
    }

    /// When the next one is due; none when all are taken.
    pub(super) fn take(&self) -> Option<Instant> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let micros = index.saturating_mul(1_000_000) / self.per_second;
        (index < self.total).then(|| self.start + Duration::from_micros(micros))
    }

    /// How many nobody took.
    pub(super) fn left(&self) -> u64 {
        self.total.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_requests_evenly() {
        let start = Instant::now();
        let schedule = Schedule::new(start, 4, Duration::from_millis(1500));
        let due: Vec<u128> =
            std::iter::from_fn(|| schedule.take()).map(|due| (due - start).as_millis()).collect();
        assert_eq!(due, [0, 250, 500, 750, 1000, 1250]);
        assert_eq!(schedule.left(), 0);
    }
}
