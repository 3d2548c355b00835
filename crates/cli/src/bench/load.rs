//! A load: connections that send, for a warm-up and then for the time that counts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::deed::{Answer, Deed, Deeds};
use super::ground::Ground;
use super::schedule::Schedule;
use super::stop::Stop;
use super::tally::{Tallies, Tally};
use crate::client::Client;
use crate::exit::Failure;
use crate::random::Random;

/// How long a connection rests that got no answer: a server that is away is asked, not
/// stormed.
const REST: Duration = Duration::from_millis(100);

/// How fast is sent, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Connections, each with at most one request under way.
    pub(super) connections: u32,
    /// Requests a second in all; as many as are answered when there is none.
    pub(super) rate: Option<u64>,
    /// The time before the one that counts.
    pub(super) warm_up: Duration,
    /// The time that counts.
    pub(super) time: Duration,
}

/// What a load found.
#[derive(Debug)]
pub(super) struct Measured {
    /// Of all requests that count.
    pub(super) tally: Tally,
    /// Of each kind, when there are several.
    pub(super) kinds: Vec<(Deed, Tally)>,
    /// How long it took until the last answer.
    pub(super) elapsed: Duration,
    /// Requests that were due and could not be sent in twice the time.
    pub(super) unsent: u64,
    /// The position of each write and when its answer was there, if it was asked for.
    pub(super) writes: Vec<(u64, Instant)>,
}

/// What every connection of a load knows.
#[derive(Debug)]
struct Work {
    ground: Arc<Ground>,
    deeds: Deeds,
    schedule: Option<Schedule>,
    begin: Instant,
    end: Instant,
    stop: Stop,
    tallies: Mutex<Tallies>,
}

/// Runs a load; `writes` is where the positions of writes are to be noted, if anywhere.
///
/// # Errors
/// When it cannot begin.
pub(super) async fn run(
    ground: &Arc<Ground>,
    deeds: &Deeds,
    pace: Pace,
    stop: &Stop,
    writes: Option<Vec<(u64, Instant)>>,
) -> Result<Measured, Failure> {
    let clients: Result<Vec<Client>, Failure> =
        (0..pace.connections).map(|_| ground.client().alone()).collect();
    let clients = clients?;
    let start = Instant::now();
    let work = Arc::new(Work {
        ground: Arc::clone(ground),
        deeds: deeds.clone(),
        schedule: pace.rate.map(|rate| Schedule::new(start, rate, pace.warm_up + pace.time)),
        begin: start + pace.warm_up,
        end: start + pace.warm_up + pace.time,
        stop: stop.clone(),
        tallies: Mutex::new(Tallies::new(writes)?),
    });
    let mut connections = JoinSet::new();
    for (number, client) in (0_u64..).zip(clients) {
        // Draws differ from one load to the next in the same run.
        let random = Random::part(number, ground.next_number());
        connections.spawn(Arc::clone(&work).send(client, random));
    }
    let mut last = work.begin;
    while let Some(ended) = connections.join_next().await {
        last = last.max(ended.map_err(Failure::local)??);
    }
    work.outcome(last)
}

impl Work {
    /// Sends until the time is over; when the last answer came.
    async fn send(self: Arc<Self>, client: Client, mut random: Random) -> Result<Instant, Failure> {
        let mut last = self.begin;
        while let Some(due) = self.due().await {
            let deed = self.deeds.next(&mut random);
            let answer = deed.send(&client, &self.ground, &mut random).await;
            let now = Instant::now();
            let is_silent = matches!(&answer, Answer::Failed(code) if code.starts_with("no_answer"));
            // What is under way when the time begins does not count, and what is when it
            // ends does.
            if due >= self.begin {
                last = now;
                self.tallies.lock().unwrap_or_else(PoisonError::into_inner).add(deed, due, now, answer)?;
            }
            if is_silent {
                tokio::time::sleep(REST).await;
            }
        }
        Ok(last)
    }

    /// When the next request is due, once it is; none when there is none.
    async fn due(&self) -> Option<Instant> {
        if self.stop.is_asked() {
            return None;
        }
        let Some(schedule) = &self.schedule else {
            let now = Instant::now();
            return (now < self.end).then_some(now);
        };
        // Twice the time: who is too slow is measured, not waited for until the end.
        if Instant::now() > self.end + (self.end - self.begin) {
            return None;
        }
        let due = schedule.take()?;
        tokio::time::sleep_until(due.into()).await;
        Some(due)
    }

    fn outcome(&self, last: Instant) -> Result<Measured, Failure> {
        let empty = Tallies::new(None)?;
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let Tallies { all, mut kinds, writes } = std::mem::replace(&mut *tallies, empty);
        kinds.sort_by_key(|(deed, _)| *deed);
        let elapsed = last.saturating_duration_since(self.begin);
        let unsent = match &self.schedule {
            Some(schedule) if !self.stop.is_asked() => schedule.left(),
            _ => 0,
        };
        Ok(Measured { tally: all, kinds, elapsed, unsent, writes: writes.unwrap_or_default() })
    }
}
