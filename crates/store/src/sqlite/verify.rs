//! What the checker compares: a stretch of an object's ids, from the table, the trash
//! and the journal, and what roll-ups come to.

use std::collections::HashMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, FieldKind, Object};
use kith_model::decimal::Decimal;
use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::value::{Cell, ColumnKind, Value, decode as decode_value};
use uuid::Uuid;

use super::engine::Sqlite;
use super::record::{find, read_row};
use super::snapshot::Snapshot;
use super::{decode, sql};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
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
        let nothing = read_computed(object, slot, &[0, 0])?;
        rollups.push(rows.iter().map(|row| computed.get(&row.id).unwrap_or(&nothing).clone()).collect());
    }
    Ok(VerifyPage { rows, trashed, history, rollups, next: is_full.then_some(last) })
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
    let computed = snapshot.all(&statement.sql, &cells, |row| {
        let mut parts = Vec::with_capacity(2);
        for index in 1..row.as_ref().column_count() {
            // A sum over nothing but nulls is null.
            parts.push(row.get::<_, Option<i64>>(index)?.unwrap_or(0));
        }
        Ok((decode::record(row, 0)?, read_computed(object, slot, &parts)?))
    })?;
    Ok(computed.into_iter().collect())
}

/// A count, or a sum of which the billions and the rest are given, as the field's value.
/// A sum of too many digits is null: no record can hold it, so the checker finds it.
fn read_computed(object: &Object, slot: usize, parts: &[i64]) -> Result<Value> {
    let kind = object.table().columns[object.table().range(slot)][0].kind;
    let cell = match (kind, parts) {
        (ColumnKind::Decimal { scale }, [high, low]) => {
            let wide = i128::from(*high) * 1_000_000_000 + i128::from(*low);
            Decimal::from_wide(wide, scale).map_or(Cell::Null, Cell::Decimal)
        }
        (_, [count, ..]) => Cell::Integer(*count),
        (_, []) => Cell::Null,
    };
    let field = &object.fields()[slot];
    decode_value(field, &mut std::iter::once(cell))
        .map_err(|why| Error::Corrupt(format!("the roll-up `{}`: {why}", field.name)))
}
