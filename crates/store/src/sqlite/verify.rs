//! What the checker compares: a stretch of an object's ids, from the table, the trash
//! and the journal, and what roll-ups come to.

use std::collections::HashMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, FieldKind, Object};
use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::value::{Cell, Value};
use uuid::Uuid;

use super::engine::Sqlite;
use super::record::{find, read_row};
use super::snapshot::Snapshot;
use super::{cell, decode, matching, sql};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::query::{Seen, VerifyPage};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::verify`].
    ///
    /// # Errors
    /// See there.
    pub async fn verify(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Seen<VerifyPage>> {
        let catalog = Arc::clone(catalog);
        self.read(tenant, move |snapshot| {
            snapshot.expect(&catalog)?;
            page(snapshot, &catalog, find(&catalog, object)?, after, limit)
        })
        .await
    }
}

fn page(
    snapshot: &Snapshot<'_>,
    catalog: &Catalog,
    object: &Object,
    after: Option<RecordId>,
    limit: u32,
) -> Result<VerifyPage> {
    let number = Cell::Integer(i64::from(object.number.0));
    // No record has the nil id.
    let start = Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0));
    let ids = snapshot.all(
        &text::verify::ids(Dialect::Sqlite, object),
        &[start.clone(), number.clone(), Cell::Integer(i64::from(limit))],
        |row| decode::record(row, 0),
    )?;
    let Some(last) = ids.last().copied() else {
        let rollups = rollup_slots(object).map(|_| Vec::new()).collect();
        return Ok(VerifyPage {
            rows: Vec::new(),
            trashed: Vec::new(),
            history: Vec::new(),
            rollups,
            merged: Vec::new(),
            filed: Vec::new(),
            next: None,
        });
    };
    let is_full = u32::try_from(ids.len()).is_ok_and(|count| count == limit);
    let end = Cell::Uuid(last.0);
    let stretch = [start.clone(), end.clone()];
    let rows = snapshot
        .all(&text::record::between(Dialect::Sqlite, object), &stretch, |row| read_row(object, row))?;
    let of_object = [number, start, end];
    let trashed = snapshot.all(sql!(text::verify::TRASHED), &of_object, |row| decode::record(row, 0))?;
    let history = snapshot.all(sql!(text::verify::HISTORY), &of_object, decode::history)?;
    let mut rollups = Vec::new();
    for slot in rollup_slots(object) {
        let computed = compute(snapshot, catalog, object, slot, &stretch)?;
        let nothing = nothing(object, slot);
        rollups.push(rows.iter().map(|row| computed.get(&row.id).unwrap_or(&nothing).clone()).collect());
    }
    let merged =
        snapshot.all(sql!(text::matching::MERGED_BETWEEN), &of_object, |row| decode::record(row, 0))?;
    let filed = snapshot.all(sql!(text::matching::FILED_BETWEEN), &of_object, matching::key)?;
    Ok(VerifyPage { rows, trashed, history, rollups, merged, filed, next: is_full.then_some(last) })
}

fn rollup_slots(object: &Object) -> impl Iterator<Item = usize> {
    let fields = object.fields().iter().enumerate();
    fields.filter(|(_, field)| matches!(field.kind, FieldKind::Rollup { .. })).map(|(slot, _)| slot)
}

/// What a roll-up comes to for the parents of the stretch that are referred to at all.
fn compute(
    snapshot: &Snapshot<'_>,
    catalog: &Catalog,
    object: &Object,
    slot: usize,
    stretch: &[Cell<'static>],
) -> Result<HashMap<RecordId, Value>> {
    let statement = text::verify::rollup(Dialect::Sqlite, catalog, object, slot)?;
    let cells: Vec<Cell<'_>> = stretch.iter().cloned().chain(statement.cells).collect();
    let field = &object.fields()[slot];
    let column = object.table().columns[object.table().range(slot)][0].kind;
    let parts = text::rollup::parts(Dialect::Sqlite, field, column);
    let computed = snapshot.all(&statement.sql, &cells, |row| {
        let cells = parts.iter().zip(1..).map(|(kind, index)| cell::read(row, index, *kind));
        Ok((decode::record(row, 0)?, text::rollup::value(field, cells.collect::<Result<_>>()?)?))
    })?;
    Ok(computed.into_iter().collect())
}

/// What a roll-up is over no records.
fn nothing(object: &Object, slot: usize) -> Value {
    match &object.fields()[slot].kind {
        FieldKind::Rollup { function, .. } => function.nothing(),
        _ => Value::Null,
    }
}
