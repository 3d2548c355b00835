//! Point reads, gathered: while a flight for an object is under way, further reads of
//! its records wait and then go together, in one statement or one snapshot. When nothing
//! is under way a read leaves at once.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::journal::SchemaVersion;
use kith_model::record::Row;
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::query::Seen;

/// One flight at the database while the next one gathers and is sent.
const FLIGHTS_MAX: usize = 2;

/// Ids of one flight: enough for every request that waits, few enough to be short.
const IDS_MAX: usize = 256;

/// Reads that may wait for one object; more are refused.
const WAITING_MAX: usize = 10_000;

/// One record, or that there is none.
pub(crate) type Answer = Result<Seen<Option<Row>>>;

/// The records there are of those that were asked for.
pub(crate) type Found = Result<Seen<HashMap<RecordId, Row>>>;

/// What is read together: records of one object under one schema.
pub(crate) type Place = (TenantId, ObjectNo, SchemaVersion);

/// The gathered reads of all tenants. Clones are one.
#[derive(Clone, Default)]
pub(crate) struct Gathers(Arc<Mutex<HashMap<Place, Gather>>>);

#[derive(Default)]
struct Gather {
    flights: usize,
    waiting: Vec<Waiting>,
}

struct Waiting {
    id: RecordId,
    answer: oneshot::Sender<Answer>,
}

impl Gathers {
    /// Reads one record, together with others of its place; `fetch` reads several.
    pub(crate) async fn row<M, F>(&self, place: Place, id: RecordId, fetch: M) -> Answer
    where
        M: Fn(Vec<RecordId>) -> F + Send + Sync + 'static,
        F: Future<Output = Found> + Send,
    {
        let (answer, receiver) = oneshot::channel();
        if self.join(place, Waiting { id, answer })? {
            let gathers = self.clone();
            // A task of its own: the caller may give up while others wait.
            tokio::spawn(async move { gathers.serve(place, fetch).await });
        }
        receiver.await.unwrap_or_else(|_| Err(Error::Unavailable("the read was given up".into())))
    }

    async fn serve<M, F>(&self, place: Place, fetch: M)
    where
        M: Fn(Vec<RecordId>) -> F,
        F: Future<Output = Found>,
    {
        let mut flight = Flight { gathers: self, place, is_counted: true };
        while let Some(waiting) = flight.next() {
            match fetch(waiting.iter().map(|waiting| waiting.id).collect()).await {
                Ok(Seen { state, value }) => {
                    for Waiting { id, answer } in waiting {
                        // Who has given up needs no answer.
                        let _ = answer.send(Ok(Seen { state, value: value.get(&id).cloned() }));
                    }
                }
                Err(error) => {
                    let shared = Arc::new(error);
                    for Waiting { id: _, answer } in waiting {
                        let _ = answer.send(Err(share(&shared)));
                    }
                }
            }
        }
    }

    /// Adds a read; answers whether a flight has to be started for it.
    fn join(&self, place: Place, waiting: Waiting) -> Result<bool> {
        let mut gathers = self.lock();
        let gather = gathers.entry(place).or_default();
        if gather.waiting.len() >= WAITING_MAX {
            return Err(Error::Unavailable("too many reads wait for the database".into()));
        }
        gather.waiting.push(waiting);
        let is_started = gather.flights < FLIGHTS_MAX;
        gather.flights += usize::from(is_started);
        Ok(is_started)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Gather>> {
        // Nothing that holds it can leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the flights of a place; it is counted until nothing waits there.
struct Flight<'a> {
    gathers: &'a Gathers,
    place: Place,
    is_counted: bool,
}

impl Flight<'_> {
    /// The reads to take along next. After `None` the flight is over.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut gathers = self.gathers.lock();
        let gather = gathers.get_mut(&self.place)?;
        if gather.waiting.is_empty() {
            drop(gathers);
            self.end();
            return None;
        }
        let rest = gather.waiting.split_off(gather.waiting.len().min(IDS_MAX));
        Some(std::mem::replace(&mut gather.waiting, rest))
    }

    fn end(&mut self) {
        if !std::mem::take(&mut self.is_counted) {
            return;
        }
        let mut gathers = self.gathers.lock();
        if let Some(gather) = gathers.get_mut(&self.place) {
            gather.flights -= 1;
            if gather.flights == 0 && gather.waiting.is_empty() {
                gathers.remove(&self.place);
            }
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// An error that many callers get.
#[derive(Debug)]
struct Shared(Arc<Error>);

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a gathered read failed")
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The same error again, by meaning; its source is the one that happened.
fn share(error: &Arc<Error>) -> Error {
    let source = || Box::new(Shared(Arc::clone(error)));
    match error.as_ref() {
        Error::SchemaChanged => Error::SchemaChanged,
        Error::NoTenant => Error::NoTenant,
        Error::NameTaken => Error::NameTaken,
        Error::StorageFull(_) => Error::StorageFull(source()),
        Error::Unavailable(_) => Error::Unavailable(source()),
        Error::Timeout(_) => Error::Timeout(source()),
        Error::Unknown(_) => Error::Unknown(source()),
        Error::Database(_) => Error::Database(source()),
        Error::NewerLayout { version, known } => Error::NewerLayout { version: *version, known: *known },
        Error::Corrupt(what) => Error::Corrupt(what.clone()),
    }
}
