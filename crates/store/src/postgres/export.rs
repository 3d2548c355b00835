//! Records for an export, with what of them has changed since its position.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{JobId, ObjectNo, RecordId, TenantId};
use kith_model::journal::{Change, Position};
use kith_model::record::Row as Record;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;
use uuid::Uuid;

use super::codec::{get, record};
use super::connection::Connection;
use super::engine::Postgres;
use super::error::failed;
use super::flight::Call;
use super::journal::{change, record_history};
use super::read::{BEGIN_SNAPSHOT, Schema, absent, current, object_of, state_of};
use crate::error::{Error, Result};
use crate::query::{ChangedPage, EXPORT_CHANGES_OF_RECORD, ExportPage, ExportStretch, Seen};
use crate::text::export as text;
use crate::text::tenant::STATE;

/// At most `$3` changes of each of the records `$1` after the position `$2`.
const CHANGES_OF_RECORDS: &str =
    "select c.position, c.transaction_position, c.kind, c.object_no, c.record_id, c.version, c.diff
from unnest($1) as o (id)
cross join lateral (
  select position, transaction_position, kind, object_no, record_id, version, diff
  from {kith_changes}
  where record_id = o.id and position > $2
  order by position
  limit $3
) as c
order by c.record_id, c.position";

/// A read of several flights in one snapshot.
enum Reading<'a> {
    Stretch(&'a Object, ExportStretch),
    Changed(&'a Object, (Position, Position), u32),
}

/// What it gave.
enum Read {
    Stretch(ExportPage),
    Changed(ChangedPage),
}

impl Postgres {
    pub(crate) async fn export(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        stretch: ExportStretch,
    ) -> Result<Seen<ExportPage>> {
        let object = object_of(catalog, stretch.object)?;
        let Seen { state, value } =
            self.read_export(tenant, catalog, &Reading::Stretch(object, stretch)).await?;
        match value {
            Read::Stretch(value) => Ok(Seen { state, value }),
            Read::Changed(_) => Err(Error::Corrupt("an export was answered by another".to_owned())),
        }
    }

    pub(crate) async fn export_changed(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        positions: (Position, Position),
        limit: u32,
    ) -> Result<Seen<ChangedPage>> {
        let object = object_of(catalog, object)?;
        let Seen { state, value } =
            self.read_export(tenant, catalog, &Reading::Changed(object, positions, limit)).await?;
        match value {
            Read::Changed(value) => Ok(Seen { state, value }),
            Read::Stretch(_) => Err(Error::Corrupt("an export was answered by another".to_owned())),
        }
    }

    pub(crate) async fn drop_outputs(&self, tenant: TenantId, job: JobId) -> Result<()> {
        let schema = self.schema(tenant).await?;
        let call = schema.once(text::DROP_OUTPUTS).bind_cell(Cell::Uuid(job.0));
        self.reads.write(&[call]).await.map_err(absent).map(drop)
    }

    async fn read_export(
        &self,
        tenant: TenantId,
        catalog: &Catalog,
        reading: &Reading<'_>,
    ) -> Result<Seen<Read>> {
        let (schema, mut is_retry) = (self.schema(tenant).await?, false);
        loop {
            let mut connection = self.reads.get().await?;
            connection.begin();
            let read = match reading {
                Reading::Stretch(object, stretch) => {
                    page(&mut connection, &schema, catalog, object, *stretch).await
                }
                Reading::Changed(object, positions, limit) => {
                    changed(&mut connection, &schema, catalog, object, *positions, *limit).await
                }
            };
            match read {
                Err(Error::Unavailable(_)) if !is_retry => is_retry = true,
                Ok(read) => return Ok(read),
                Err(error) => {
                    drop(connection);
                    return Err(self.moved(tenant, error).await);
                }
            }
        }
    }
}

/// Sends the last calls of a read with its end.
async fn end(connection: &mut Connection, mut calls: Vec<Call<'_>>) -> Result<Vec<Vec<Row>>> {
    calls.push(Call::plain("commit"));
    let answers = connection.fly(&calls).await.map_err(failed)?;
    connection.end();
    Ok(answers)
}

async fn page(
    connection: &mut Connection,
    schema: &Schema,
    catalog: &Catalog,
    object: &Object,
    stretch: ExportStretch,
) -> Result<Seen<Read>> {
    let ExportStretch { object: _, at, from, limit } = stretch;
    let size = Cell::Integer(i64::from(limit));
    let rows = Call::prepared(text::rows(schema.dialect(), object))
        .bind_cell(Cell::Uuid(from.after.0))
        .bind_cell(size.clone());
    let answers =
        connection.fly(&[Call::plain(BEGIN_SNAPSHOT), schema.prepared(STATE), rows]).await.map_err(failed)?;
    let state = state_of(answers.get(1))?;
    current(state, catalog)?;
    let rows = records(&answers[2], object)?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count >= limit);
    if state.last_position <= at {
        end(connection, Vec::new()).await?;
        let page = ExportPage::of((rows, is_full), (Vec::new(), false));
        return Ok(Seen { state, value: Read::Stretch(page) });
    }
    let last = rows.last().filter(|_| is_full).map_or(Uuid::max(), |row| row.id.0);
    let (record, position) = from.within.unwrap_or((from.after, Position(i64::MAX)));
    let changes = Call::prepared(text::changes(schema.dialect()))
        .bind_cell(Cell::Integer(i64::from(object.number.0)))
        .bind_cell(Cell::Integer(at.0))
        .bind_cell(Cell::Uuid(record.0))
        .bind_cell(Cell::Integer(position.0))
        .bind_cell(Cell::Uuid(last))
        .bind_cell(size);
    let answers = end(connection, vec![changes]).await?;
    let changes = changes_of(&answers[0])?;
    let is_cut = u32::try_from(changes.len()).is_ok_and(|count| count >= limit);
    let page = ExportPage::of((rows, is_full), (changes, is_cut));
    Ok(Seen { state, value: Read::Stretch(page) })
}

async fn changed(
    connection: &mut Connection,
    schema: &Schema,
    catalog: &Catalog,
    object: &Object,
    (after, at): (Position, Position),
    limit: u32,
) -> Result<Seen<Read>> {
    let number = || Cell::Integer(i64::from(object.number.0));
    let stretch = schema
        .prepared(text::END_OF_STRETCH)
        .bind_cell(number())
        .bind_cell(Cell::Integer(after.0))
        .bind_cell(Cell::Integer(at.0))
        .bind_cell(Cell::Integer(i64::from(limit)));
    let answers = connection
        .fly(&[Call::plain(BEGIN_SNAPSHOT), schema.prepared(STATE), stretch])
        .await
        .map_err(failed)?;
    let state = state_of(answers.get(1))?;
    current(state, catalog)?;
    let reached = answers[2].first().map_or(Ok(None), |row| get::<Option<i64>>(row, 0))?;
    let Some(reached) = reached else {
        end(connection, Vec::new()).await?;
        let page = ChangedPage { last: Vec::new(), rows: Vec::new(), changes: Vec::new(), reached: at };
        return Ok(Seen { state, value: Read::Changed(page) });
    };
    let last = schema
        .prepared(text::LAST_CHANGES)
        .bind_cell(number())
        .bind_cell(Cell::Integer(after.0))
        .bind_cell(Cell::Integer(reached))
        .bind_cell(Cell::Integer(at.0));
    let answers = connection.fly(&[last]).await.map_err(failed)?;
    let last = record_history(&answers[0])?;
    let ids: Vec<RecordId> = last.iter().filter_map(|(_, change)| change.record).collect();
    let ids = || ids.iter().map(|id| Cell::Uuid(id.0)).collect();
    let table = schema.dialect().table(&object.table().name);
    let columns = crate::text::record::columns(object);
    let rows = Call::prepared(format!("select {columns}\nfrom {table}\nwhere id = any($1)\norder by id"))
        .bind_cells(ColumnKind::Uuid, ids());
    let changes = schema
        .prepared(CHANGES_OF_RECORDS)
        .bind_cells(ColumnKind::Uuid, ids())
        .bind_cell(Cell::Integer(at.0))
        .bind_cell(Cell::Integer(i64::from(EXPORT_CHANGES_OF_RECORD)));
    let answers = end(connection, vec![rows, changes]).await?;
    let (rows, changes) = (records(&answers[0], object)?, changes_of(&answers[1])?);
    Ok(Seen { state, value: Read::Changed(ChangedPage { last, rows, changes, reached: Position(reached) }) })
}

fn records(rows: &[Row], object: &Object) -> Result<Vec<Record>> {
    rows.iter().map(|row| record(row, 0, object)).collect()
}

fn changes_of(rows: &[Row]) -> Result<Vec<Change>> {
    rows.iter().map(|row| change(row, 0)).collect()
}
