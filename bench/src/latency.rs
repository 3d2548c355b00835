//! How long requests took.

use std::time::Duration;

use anyhow::{Result, anyhow};
use hdrhistogram::Histogram;

/// The longest time that is told apart, in microseconds: two minutes.
const MAX_US: u64 = 120_000_000;

/// Times of requests, in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Latency(Histogram<u64>);

impl Latency {
    /// Of no request yet.
    pub(crate) fn new() -> Result<Self> {
        let histogram = Histogram::new_with_bounds(1, MAX_US, 3);
        histogram.map(Self).map_err(|error| anyhow!("making a histogram: {error}"))
    }

    /// Adds one.
    pub(crate) fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(MAX_US);
        self.0.saturating_record(micros.clamp(1, MAX_US));
    }

    /// Adds those of another.
    pub(crate) fn add(&mut self, other: &Self) -> Result<()> {
        self.0.add(&other.0).map_err(|error| anyhow!("adding histograms: {error}"))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that half of them took at most.
    pub(crate) fn p50(&self) -> u64 {
        self.0.value_at_quantile(0.5)
    }

    /// The time that 99 of 100 took at most.
    pub(crate) fn p99(&self) -> u64 {
        self.0.value_at_quantile(0.99)
    }

    /// The time that 999 of 1,000 took at most.
    pub(crate) fn p999(&self) -> u64 {
        self.0.value_at_quantile(0.999)
    }

    /// The longest.
    pub(crate) fn max(&self) -> u64 {
        self.0.max()
    }
}
