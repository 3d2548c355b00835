//! Point reads, gathered: while a flight for an object is under way, further reads of
//! its records wait and then go together in one statement. When nothing is under way
//! a read leaves at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::journal::SchemaVersion;
use kith_model::record::Row;
use kith_model::value::{Cell, ColumnKind};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::codec::{get, record};
use super::engine::Postgres;
use super::flight::Call;
use super::read::{Schema, current, object_of, state};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::query::Seen;

/// One flight at the server while the next one gathers and is sent.
const FLIGHTS_MAX: usize = 2;

/// Ids of one statement: enough for every request that waits, few enough to be short.
const IDS_MAX: usize = 256;

/// Reads that may wait for one object; more are refused.
const WAITING_MAX: usize = 10_000;

/// The tenant's row stands before the record's columns.
const STATE_COLUMNS: usize = 6;

type Answer = Result<Seen<Option<Row>>>;

/// What is read together: records of one object under one schema.
type Place = (TenantId, ObjectNo, SchemaVersion);

/// The gathered reads of all tenants.
#[derive(Default)]
pub(super) struct Gathers(Mutex<HashMap<Place, Gather>>);

#[derive(Default)]
struct Gather {
    flights: usize,
    waiting: Vec<Waiting>,
}

struct Waiting {
    id: RecordId,
    answer: oneshot::Sender<Answer>,
}

impl Postgres {
    pub(crate) async fn row(
        self: &Arc<Self>,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        id: RecordId,
    ) -> Answer {
        let place = (tenant, object, catalog.version());
        let (answer, receiver) = oneshot::channel();
        if self.gathers.join(place, Waiting { id, answer })? {
            let (engine, catalog) = (Arc::clone(self), Arc::clone(catalog));
            // A task of its own: the caller may give up while others wait.
            tokio::spawn(async move { engine.serve(place, &catalog).await });
        }
        receiver.await.unwrap_or_else(|_| Err(Error::Unavailable("the read was given up".into())))
    }

    async fn serve(&self, place: Place, catalog: &Catalog) {
        let mut flight = Flight { gathers: &self.gathers, place, is_counted: true };
        while let Some(waiting) = flight.next() {
            let ids = waiting.iter().map(|waiting| waiting.id).collect();
            match self.rows(place.0, catalog, place.1, ids).await {
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

    async fn rows(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        object: ObjectNo,
        ids: Vec<RecordId>,
    ) -> Result<Seen<HashMap<RecordId, Row>>> {
        let object = object_of(catalog, object)?;
        let ids = ids.into_iter().map(|id| Cell::Uuid(id.0)).collect();
        let call =
            Call::prepared(by_ids(Schema::of(tenant).dialect(), object)).bind_cells(ColumnKind::Uuid, ids);
        let answer = match self.reads.read(&[call]).await {
            Ok(mut answer) => answer.pop().unwrap_or_default(),
            Err(error) => return Err(self.moved(tenant, error).await),
        };
        let state = state(answer.first().ok_or(Error::NoTenant)?)?;
        current(state, catalog)?;
        let mut rows = HashMap::with_capacity(answer.len());
        for row in &answer {
            if get::<Option<Uuid>>(row, STATE_COLUMNS)?.is_some() {
                let row = record(row, STATE_COLUMNS, object)?;
                rows.insert(row.id, row);
            }
        }
        Ok(Seen { state, value: rows })
    }
}

/// The tenant's row with the records whose ids are in `$1`: one statement, so one
/// snapshot.
pub(super) fn by_ids(dialect: Dialect<'_>, object: &Object) -> String {
    let columns: Vec<String> =
        object.table().columns.iter().map(|column| format!("t.{}", column.name)).collect();
    let (columns, table) = (columns.join(", "), dialect.table(&object.table().name));
    dialect.text(&format!(
        "select s.history_id, s.last_position, s.first_position, s.last_at, s.schema_version, s.access_version,
  {columns}
from {{kith_state}} as s
left join {table} as t on t.id = any($1)
where s.id = 1"
    ))
}

impl Gathers {
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
        Error::Corrupt(what) => Error::Corrupt(what.clone()),
    }
}
