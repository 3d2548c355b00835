//! Records for an export, with what of them has changed since its position.

use std::sync::{Arc, LazyLock};

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{JobId, ObjectNo, RecordId, TenantId};
use kith_model::journal::Position;
use kith_model::value::Cell;
use uuid::Uuid;

use super::engine::Sqlite;
use super::record::{find, read_row};
use super::snapshot::Snapshot;
use super::{decode, sql};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::query::{ChangedPage, EXPORT_CHANGES_OF_RECORD, ExportPage, ExportStretch, Seen};
use crate::text::export as text;

/// See [`text::changes`].
static CHANGES: LazyLock<String> = LazyLock::new(|| text::changes(Dialect::Sqlite));

impl Sqlite {
    /// See [`crate::Store::export`].
    ///
    /// # Errors
    /// See there.
    pub async fn export(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        stretch: ExportStretch,
    ) -> Result<Seen<ExportPage>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            page(snapshot, find(&catalog, stretch.object)?, stretch)
        })
        .await
    }

    /// See [`crate::Store::export_changed`].
    ///
    /// # Errors
    /// See there.
    pub async fn export_changed(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        positions: (Position, Position),
        limit: u32,
    ) -> Result<Seen<ChangedPage>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            changed(snapshot, find(&catalog, object)?, positions, limit)
        })
        .await
    }

    /// See [`crate::Store::drop_outputs`].
    ///
    /// # Errors
    /// See there.
    pub async fn drop_outputs(&self, tenant: TenantId, job: JobId) -> Result<()> {
        self.write(tenant, move |connection, _| {
            connection.prepare(sql!(text::DROP_OUTPUTS))?.execute([job.0.as_bytes()])?;
            Ok(())
        })
        .await
    }
}

fn page(snapshot: &Snapshot<'_>, object: &Object, stretch: ExportStretch) -> Result<ExportPage> {
    let ExportStretch { object: _, at, from, limit } = stretch;
    let cells = [Cell::Uuid(from.after.0), Cell::Integer(i64::from(limit))];
    let sql = text::rows(Dialect::Sqlite, object);
    let rows = snapshot.all(&sql, &cells, |row| read_row(object, row))?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count >= limit);
    if snapshot.state.last_position <= at {
        return Ok(ExportPage::of((rows, is_full), (Vec::new(), false)));
    }
    let end = rows.last().filter(|_| is_full).map_or(Uuid::max(), |row| row.id.0);
    let (record, position) = from.within.unwrap_or((from.after, Position(i64::MAX)));
    let cells = [
        Cell::Integer(i64::from(object.number.0)),
        Cell::Integer(at.0),
        Cell::Uuid(record.0),
        Cell::Integer(position.0),
        Cell::Uuid(end),
        Cell::Integer(i64::from(limit)),
    ];
    let changes = snapshot.all(&CHANGES, &cells, |row| decode::change(row, 0))?;
    let is_cut = u32::try_from(changes.len()).is_ok_and(|count| count >= limit);
    Ok(ExportPage::of((rows, is_full), (changes, is_cut)))
}

fn changed(
    snapshot: &Snapshot<'_>,
    object: &Object,
    (after, at): (Position, Position),
    limit: u32,
) -> Result<ChangedPage> {
    let number = Cell::Integer(i64::from(object.number.0));
    let (from, to) = (Cell::Integer(after.0), Cell::Integer(at.0));
    let stretch = [number.clone(), from.clone(), to.clone(), Cell::Integer(i64::from(limit))];
    let position = |row: &rusqlite::Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.map(Position));
    let reached = snapshot.first(sql!(text::END_OF_STRETCH), &stretch, position)?.flatten();
    let Some(reached) = reached else {
        return Ok(ChangedPage { last: Vec::new(), rows: Vec::new(), changes: Vec::new(), reached: at });
    };
    let stretch = [number, from, Cell::Integer(reached.0), to];
    let last = snapshot.all(sql!(text::LAST_CHANGES), &stretch, decode::history)?;
    let mut ids: Vec<RecordId> = last.iter().filter_map(|(_, change)| change.record).collect();
    ids.sort_unstable();
    let by_id = snapshot.connection().by_id_text(object);
    let (mut rows, mut changes) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        rows.extend(snapshot.first(&by_id, &[Cell::Uuid(id.0)], |row| read_row(object, row))?);
        if snapshot.state.last_position > at {
            let limit = Cell::Integer(i64::from(EXPORT_CHANGES_OF_RECORD));
            let cells = [Cell::Uuid(id.0), Cell::Integer(at.0), limit];
            let of_record = sql!(text::CHANGES_OF_RECORD);
            changes.extend(snapshot.all(of_record, &cells, |row| decode::change(row, 0))?);
        }
    }
    Ok(ChangedPage { last, rows, changes, reached })
}
