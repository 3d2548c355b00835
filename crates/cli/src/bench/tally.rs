//! What was found: how long requests took, and which of them failed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::deed::{Answer, Deed};
use crate::exit::Failure;

/// The longest time that is told apart, in microseconds: two minutes.
const MAX_US: u64 = 120_000_000;

/// Counts and times of requests.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    times: Histogram<u64>,
    records: u64,
    errors: BTreeMap<String, u64>,
}

/// The tally of a load: of all requests that count, and of each kind.
#[derive(Debug)]
pub(super) struct Tallies {
    /// Of all.
    pub(super) all: Tally,
    /// Of each kind that occurred.
    pub(super) kinds: Vec<(Deed, Tally)>,
    /// The position of each write and when its answer was there, where that is asked for.
    pub(super) writes: Option<Vec<(u64, Instant)>>,
}

impl Tally {
    /// Of no request yet.
    ///
    /// # Errors
    /// When the bounds of the histogram are no bounds.
    pub(super) fn new() -> Result<Self, Failure> {
        let times = Histogram::new_with_bounds(1, MAX_US, 3);
        let times = times.map_err(|error| Failure::local(anyhow::anyhow!("a histogram: {error}")))?;
        Ok(Self { times, records: 0, errors: BTreeMap::new() })
    }

    /// Adds a request that was done, about so many records.
    pub(super) fn done(&mut self, time: Duration, records: u64) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(MAX_US);
        self.times.saturating_record(micros.clamp(1, MAX_US));
        self.records += records;
    }

    /// Adds one that failed.
    pub(super) fn failed(&mut self, code: String) {
        *self.errors.entry(code).or_default() += 1;
    }

    /// How many were done.
    pub(super) fn count(&self) -> u64 {
        self.times.len()
    }

    /// How many records those were about.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// How many failed, by their code.
    pub(super) fn errors(&self) -> &BTreeMap<String, u64> {
        &self.errors
    }

    /// The time, in microseconds, that this share of those that were done took at most;
    /// none when there were none.
    pub(super) fn quantile(&self, share: f64) -> Option<u64> {
        (!self.times.is_empty()).then(|| self.times.value_at_quantile(share))
    }

    /// The longest time, in microseconds.
    pub(super) fn max(&self) -> Option<u64> {
        (!self.times.is_empty()).then(|| self.times.max())
    }
}

impl Tallies {
    /// Of no request yet.
    ///
    /// # Errors
    /// As [`Tally::new`].
    pub(super) fn new(writes: Option<Vec<(u64, Instant)>>) -> Result<Self, Failure> {
        Ok(Self { all: Tally::new()?, kinds: Vec::new(), writes })
    }

    /// Adds a request that counts.
    ///
    /// # Errors
    /// As [`Tally::new`].
    pub(super) fn add(
        &mut self,
        deed: Deed,
        due: Instant,
        now: Instant,
        answer: Answer,
    ) -> Result<(), Failure> {
        let at = match self.kinds.iter().position(|(kind, _)| *kind == deed) {
            Some(at) => at,
            None => {
                self.kinds.push((deed, Tally::new()?));
                self.kinds.len() - 1
            }
        };
        match answer {
            Answer::Done { records, position } => {
                if let (Some(writes), Some(position)) = (&mut self.writes, position) {
                    writes.push((position, now));
                }
                for tally in [&mut self.all, &mut self.kinds[at].1] {
                    tally.done(now - due, records);
                }
            }
            Answer::Failed(code) => {
                for tally in [&mut self.all, &mut self.kinds[at].1] {
                    tally.failed(code.clone());
                }
            }
        }
        Ok(())
    }
}
