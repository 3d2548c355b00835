//! The baselines: the rows that Kith would write, written to the same tables without
//! Kith. What they are made of is read from one real contact, so they are of the same
//! size to the byte.

pub(crate) mod layout;
pub(crate) mod postgres;
pub(crate) mod rows;
pub(crate) mod sqlite;

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::{Bench, Engine, Place};
use crate::crm::Crm;
use crate::latency::Latency;
use crate::load::per_second;

/// What goes into one commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Creates of one commit.
    pub(crate) chunk: usize,
    /// How they are journaled.
    pub(crate) journal: Journal,
    /// Whether the commit begins as a lane's does: with the tenant's row, a look for
    /// each e-mail address, and the parents.
    pub(crate) is_lane: bool,
}

/// How the creates of a commit are journaled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Journal {
    /// Each is a transaction of its own.
    Singly,
    /// All are one transaction; each parent changes once.
    Together,
}

/// Commits that Kith is asked to verify.
const VERIFIED: u64 = 10;

/// Creates a second, over the given time.
pub(crate) async fn creates(
    bench: &Bench,
    engine: Engine,
    place: &Place,
    crm: &Crm,
    shape: Shape,
) -> Result<Found> {
    write(engine, place, crm, shape, Clock::new(bench)?).await
}

/// Writes a few commits to a tenant, for Kith to verify: a baseline that wrote less than
/// Kith does, or anything else, would be none.
pub(crate) async fn probe(engine: Engine, place: &Place, crm: &Crm, shape: Shape) -> Result<()> {
    let enough = u64::try_from(shape.chunk)?.saturating_mul(VERIFIED);
    write(engine, place, crm, shape, Clock::until(enough)?).await?;
    Ok(())
}

async fn write(engine: Engine, place: &Place, crm: &Crm, shape: Shape, clock: Clock) -> Result<Found> {
    match engine {
        Engine::Sqlite => sqlite::Raw::open(place, crm)?.creates(shape, clock),
        Engine::Postgres => postgres::Raw::open(place, crm).await?.creates(shape, clock).await,
    }
}

/// So many creates as the rows of a load: in commits of a chunk each, on PostgreSQL by COPY.
pub(crate) async fn load(
    engine: Engine,
    place: &Place,
    crm: &Crm,
    chunk: usize,
    records: u64,
) -> Result<Found> {
    let shape = Shape { chunk, journal: Journal::Together, is_lane: false };
    match engine {
        Engine::Sqlite => {
            let raw = sqlite::Raw::open(place, crm)?;
            raw.creates(shape, Clock::until(records)?)
        }
        Engine::Postgres => {
            let raw = postgres::Raw::open(place, crm).await?;
            raw.copies(shape, Clock::until(records)?).await
        }
    }
}

/// In how many transactions a tenant's jobs have written.
pub(crate) async fn transactions_of_jobs(engine: Engine, place: &Place, crm: &Crm) -> Result<u64> {
    let count = match engine {
        Engine::Sqlite => sqlite::transactions_of_jobs(place, crm)?,
        Engine::Postgres => postgres::transactions_of_jobs(place, crm).await?,
    };
    Ok(u64::try_from(count)?)
}

/// Reads by id a second, over the given time.
pub(crate) async fn reads(
    bench: &Bench,
    engine: Engine,
    place: &Place,
    crm: &Crm,
    ids: &[String],
) -> Result<Found> {
    match engine {
        Engine::Sqlite => sqlite::Raw::open(place, crm)?.reads(ids, Clock::new(bench)?),
        Engine::Postgres => postgres::Raw::open(place, crm).await?.reads(ids, Clock::new(bench)?).await,
    }
}

/// Counts what is done in the time that counts, after a warm-up.
pub(crate) struct Clock {
    begin: Instant,
    time: Duration,
    enough: u64,
    count: u64,
    /// When the counting began and when it was last added to.
    span: Option<(Instant, Instant)>,
    latency: Latency,
    last: Instant,
}

impl Clock {
    fn new(bench: &Bench) -> Result<Self> {
        let now = Instant::now();
        let begin = now + bench.warm_up();
        let (enough, latency) = (u64::MAX, Latency::new()?);
        Ok(Self { begin, time: bench.time, enough, count: 0, span: None, latency, last: now })
    }

    /// Counts until it is enough.
    fn until(enough: u64) -> Result<Self> {
        let now = Instant::now();
        let (span, latency) = (Some((now, now)), Latency::new()?);
        Ok(Self { begin: now, time: Duration::MAX, enough, count: 0, span, latency, last: now })
    }

    /// So many more were done, at once; whether to go on.
    pub(crate) fn add(&mut self, count: u64) -> bool {
        let now = Instant::now();
        let took = now - self.last;
        self.last = now;
        match &mut self.span {
            Some((since, last)) => {
                self.count += count;
                *last = now;
                self.latency.record(took);
                now - *since < self.time && self.count < self.enough
            }
            None => {
                if now >= self.begin {
                    self.span = Some((now, now));
                }
                true
            }
        }
    }

    /// What was found.
    pub(crate) fn found(self) -> Found {
        let rate = self.span.map_or(0, |(since, last)| per_second(self.count, last - since));
        Found { rate, latency: self.latency }
    }
}

/// What a baseline found.
pub(crate) struct Found {
    /// So many a second.
    pub(crate) rate: u64,
    /// How long what was done at once took.
    pub(crate) latency: Latency,
}
