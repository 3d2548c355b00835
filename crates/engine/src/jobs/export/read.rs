//! The first of three: reads an object's records as they were at the export's position, a
//! stretch at a time, in the order in which they are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::fault::{Code, Fault};
use kith_model::id::{ObjectNo, RecordId};
use kith_model::journal::{Change, ChangeKind, Position, TenantState};
use kith_model::record::{Past, Row, Undo};
use kith_store::{
    ChangedPage, EXPORT_CHANGES_OF_RECORD, Error as StoreError, ExportPage, ExportPlace, ExportStretch, Seen,
};
use tokio::sync::mpsc;

use super::course::{At, Place};
use super::shown::{Shown, shape};
use crate::error::{Error, Result};
use crate::position::history_changed;
use crate::tenant::Tenant;

/// Records of the first stretch; the next ones are as large as their records allow.
const ROWS_FIRST: u32 = 500;

/// Records that are read at once at most: some ten milliseconds of a snapshot.
const ROWS_MAX: u32 = 4_000;

/// Bytes that a stretch is to have, about.
const STRETCH_BYTES: usize = 4 * 1024 * 1024;

/// Tries under a newer catalog each.
const SCHEMA_TRIES: usize = 5;

/// What is read.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) tenant: Arc<Tenant>,
    pub(super) shown: Shown,
    pub(super) shape: Box<str>,
    pub(super) at: At,
}

/// A record, or that it is gone, with the place behind it.
pub(super) enum Item {
    Record(Place, Row),
    Deleted(Place, RecordId),
    /// One that was purged after the position.
    Purged,
}

/// A stretch of them.
pub(super) struct Stretch {
    pub(super) items: Vec<Item>,
    /// The place behind all of them, also behind those that were not there.
    pub(super) place: Place,
    /// Whether there are no more.
    pub(super) is_last: bool,
}

impl Stretch {
    fn to(place: Place, is_last: bool) -> Self {
        Self { items: Vec::new(), place, is_last }
    }

    fn put(&mut self, past: Past, place: Place) {
        match past {
            Past::Live(row) => self.items.push(Item::Record(place, *row)),
            Past::Absent => {}
            Past::Erased => self.items.push(Item::Purged),
        }
    }
}

/// Why reading ends early.
pub(super) enum Halt {
    /// What shows of the object has changed: the export is to begin again.
    Reshaped,
    /// It cannot go on.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Reading {
    /// Reads all that follows a place, as fast as it is taken.
    pub(super) async fn all(
        self,
        place: Place,
        stretches: mpsc::Sender<Stretch>,
    ) -> std::result::Result<(), Halt> {
        match place {
            Place::Record(after) => self.records(after, stretches).await,
            Place::Change(after) => self.changes(after, stretches).await,
        }
    }

    async fn records(
        &self,
        after: RecordId,
        stretches: mpsc::Sender<Stretch>,
    ) -> std::result::Result<(), Halt> {
        let mut from = ExportPlace { after, within: None };
        let mut limit = ROWS_FIRST;
        // Of a record with too many changes for one stretch: what they say so far.
        let mut begun: Option<(RecordId, Undo)> = None;
        loop {
            let (object, catalog, page) = self.page(from, limit).await?;
            limit = next_limit(&page.rows);
            let ExportPage { rows, changes, next } = page;
            let mut undos: BTreeMap<RecordId, Undo> = begun.take().into_iter().collect();
            take_all(&mut undos, &changes, &object, &catalog)?;
            if let Some((within, _)) = next.and_then(|next| next.within) {
                begun = undos.remove_entry(&within);
            }
            let end = next.map_or(RecordId(uuid::Uuid::max()), |next| next.after);
            let mut stretch = Stretch::to(Place::Record(end), next.is_none());
            for (id, row) in together(rows, undos.keys().copied().collect()) {
                let past = self.told(undos.remove(&id), id, row, &object)?;
                stretch.put(past, Place::Record(id));
            }
            if stretches.send(stretch).await.is_err() {
                return Ok(());
            }
            match next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    async fn changes(
        &self,
        after: Position,
        stretches: mpsc::Sender<Stretch>,
    ) -> std::result::Result<(), Halt> {
        let mut after = after;
        loop {
            let (object, catalog, page) = self.changed(after).await?;
            let ChangedPage { last, rows, changes, reached } = page;
            let mut rows: BTreeMap<RecordId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
            let mut undos: BTreeMap<RecordId, Undo> = BTreeMap::new();
            take_all(&mut undos, &changes, &object, &catalog)?;
            let cut = cut(&changes);
            let is_last = reached >= self.at.position;
            let mut stretch = Stretch::to(Place::Change(reached), is_last);
            for (_, change) in &last {
                let Some(id) = change.record else { continue };
                let place = Place::Change(change.position);
                if is_end(change.kind) {
                    stretch.items.push(Item::Deleted(place, id));
                    continue;
                }
                let undo = undos.remove(&id);
                let past = match cut.get(&id) {
                    Some(latest) => self.alone(id, *latest, undo.unwrap_or_default()).await?,
                    None => self.told(undo, id, rows.remove(&id), &object)?,
                };
                stretch.put(past, place);
            }
            if stretches.send(stretch).await.is_err() || is_last {
                return Ok(());
            }
            after = reached;
        }
    }

    /// A record of which more has changed than was read with others, from there on.
    async fn alone(&self, id: RecordId, latest: Position, undo: Undo) -> std::result::Result<Past, Halt> {
        let mut undos = BTreeMap::from([(id, undo)]);
        let mut from = ExportPlace::within(id, latest);
        loop {
            let (object, catalog, page) = self.page(from, ROWS_FIRST).await?;
            let ExportPage { rows, changes, next } = page;
            let own: Vec<Change> = changes.into_iter().filter(|change| change.record == Some(id)).collect();
            take_all(&mut undos, &own, &object, &catalog)?;
            match next {
                Some(next) if next.within.is_some_and(|(within, _)| within == id) => from = next,
                _ => {
                    let row = rows.into_iter().find(|row| row.id == id);
                    return Ok(self.told(undos.remove(&id), id, row, &object)?);
                }
            }
        }
    }

    /// A record as it was, in the form in which it is written.
    fn told(&self, undo: Option<Undo>, id: RecordId, row: Option<Row>, object: &Object) -> Result<Past> {
        let past = match (undo, row) {
            (None, Some(row)) => Ok(Past::Live(Box::new(row))),
            (undo, row) => undo.unwrap_or_default().apply(id, row, object),
        };
        Ok(match past.map_err(|why| Error::corrupt(&why))? {
            Past::Live(row) => Past::Live(Box::new(self.shown.fit(*row, object))),
            past => past,
        })
    }

    async fn page(
        &self,
        from: ExportPlace,
        limit: u32,
    ) -> std::result::Result<(Arc<Object>, Arc<Catalog>, ExportPage), Halt> {
        let stretch = ExportStretch { object: self.number(), at: self.at.position, from, limit };
        let read = |catalog| {
            let tenant = self.tenant.clone();
            async move { tenant.store.export(tenant.id, &catalog, stretch).await }
        };
        self.under(self.at.position, read).await
    }

    async fn changed(
        &self,
        after: Position,
    ) -> std::result::Result<(Arc<Object>, Arc<Catalog>, ChangedPage), Halt> {
        let (number, positions) = (self.number(), (after, self.at.position));
        let read = |catalog| {
            let tenant = self.tenant.clone();
            async move { tenant.store.export_changed(tenant.id, &catalog, number, positions, ROWS_MAX).await }
        };
        self.under(after, read).await
    }

    fn number(&self) -> ObjectNo {
        self.shown.object.number
    }

    /// Reads under the catalog in force, for which the journal must be whole from a
    /// position on.
    async fn under<T, R>(
        &self,
        whole_from: Position,
        read: impl Fn(Arc<Catalog>) -> R,
    ) -> std::result::Result<(Arc<Object>, Arc<Catalog>, T), Halt>
    where
        R: Future<Output = Result<Seen<T>, StoreError>>,
    {
        for _ in 0..SCHEMA_TRIES {
            let catalog = self.tenant.catalog();
            let object = catalog.object(self.number()).filter(|object| object.removed.is_none());
            let object = object.filter(|object| shape(object) == self.shape).cloned();
            let Some(object) = object else { return Err(Halt::Reshaped) };
            match read(catalog.clone()).await {
                Ok(seen) => {
                    self.check(&seen.state, whole_from)?;
                    return Ok((object, catalog, seen.value));
                }
                Err(StoreError::SchemaChanged) => self.tenant.refresh().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::SchemaChanged.into())
    }

    fn check(&self, state: &TenantState, whole_from: Position) -> Result<()> {
        if state.history != self.at.history {
            let message = "the tenant's history has changed while it was exported".to_owned();
            return Err(history_changed(message, state).into());
        }
        if whole_from.next() < state.first_position {
            let message = "the journal's retention has removed changes that the export was still to read";
            let hint = "export all of it, or keep changes for longer";
            return Err(Fault::new(Code::PositionExpired, message).hint(hint).into());
        }
        Ok(())
    }
}

/// Whether a record is gone by a change.
fn is_end(kind: ChangeKind) -> bool {
    matches!(kind, ChangeKind::RecordDeleted | ChangeKind::RecordAbsorbed | ChangeKind::RecordPurged)
}

fn take_all(
    undos: &mut BTreeMap<RecordId, Undo>,
    changes: &[Change],
    object: &Object,
    catalog: &Catalog,
) -> Result<()> {
    for change in changes {
        let Some(id) = change.record else { continue };
        let taken = undos.entry(id).or_default().take(change, object, catalog);
        taken.map_err(|why| Error::corrupt(&why))?;
    }
    Ok(())
}

/// The records of which there may be more changes than were read, each with its last one.
fn cut(changes: &[Change]) -> BTreeMap<RecordId, Position> {
    let mut seen: BTreeMap<RecordId, (u32, Position)> = BTreeMap::new();
    for change in changes {
        let Some(id) = change.record else { continue };
        let (count, latest) = seen.entry(id).or_insert((0, change.position));
        (*count, *latest) = (*count + 1, change.position);
    }
    let full = seen.into_iter().filter(|(_, (count, _))| *count >= EXPORT_CHANGES_OF_RECORD);
    full.map(|(id, (_, latest))| (id, latest)).collect()
}

/// Rows, and ids of which the journal knows, in order; many are both.
fn together(rows: Vec<Row>, known: Vec<RecordId>) -> impl Iterator<Item = (RecordId, Option<Row>)> {
    let (mut rows, mut known) = (rows.into_iter().peekable(), known.into_iter().peekable());
    std::iter::from_fn(move || {
        let id = match (rows.peek().map(|row| row.id), known.peek().copied()) {
            (Some(row), Some(known)) => row.min(known),
            (row, known) => row.or(known)?,
        };
        known.next_if_eq(&id);
        Some((id, rows.next_if(|row| row.id == id)))
    })
}

/// How many records the next stretch is to have, by the size of these.
fn next_limit(rows: &[Row]) -> u32 {
    let bytes: usize = rows.iter().map(size).sum();
    let each = bytes.checked_div(rows.len()).unwrap_or(0).max(1);
    u32::try_from(STRETCH_BYTES / each).unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX)
}

/// About how large a record is in memory.
fn size(row: &Row) -> usize {
    use kith_model::value::Value;
    let text = |value: &Value| match value {
        Value::Text(text) | Value::Json(text) => text.len(),
        Value::List(items) => items.iter().map(|item| item.len() + size_of::<Box<str>>()).sum(),
        _ => 0,
    };
    size_of::<Row>() + row.values.iter().map(|value| size_of::<Value>() + text(value)).sum::<usize>()
}
