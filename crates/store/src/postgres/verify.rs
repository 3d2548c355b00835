//! What the checker reads of an object: a stretch of ids, from one snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use kith_model::catalog::{Catalog, FieldKind, Object};
use kith_model::id::{ObjectNo, RecordId, TenantId};
use kith_model::record::Row as Record;
use kith_model::value::{Cell, Value};
use tokio_postgres::Row;
use uuid::Uuid;

use super::codec::{cell, get, record};
use super::connection::Connection;
use super::engine::Postgres;
use super::error::failed;
use super::flight::Call;
use super::journal::record_history;
use super::matching::key;
use super::read::{BEGIN_SNAPSHOT, Schema, current, object_of, state_of};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::query::{Seen, VerifyPage};
use crate::text;
use crate::text::tenant::STATE;

impl Postgres {
    pub(crate) async fn verify(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Seen<VerifyPage>> {
        let object = object_of(catalog, object)?;
        let (schema, mut is_retry) = (self.schema(tenant).await?, false);
        loop {
            let mut connection = self.reads.get().await?;
            connection.begin();
            let page = read(&mut connection, &schema, catalog, object, after, limit).await;
            match page {
                Err(Error::Unavailable(_)) if !is_retry => is_retry = true,
                Ok(page) => return Ok(page),
                Err(error) => {
                    drop(connection);
                    return Err(self.moved(tenant, error).await);
                }
            }
        }
    }
}

async fn read(
    connection: &mut Connection,
    schema: &Schema,
    catalog: &Catalog,
    object: &Arc<Object>,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Seen<VerifyPage>> {
    let number = || Cell::Integer(i64::from(object.number.0));
    let from = || Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0));
    let known = Call::once(text::verify::ids(schema.dialect(), object))
        .bind_cell(from())
        .bind_cell(number())
        .bind_cell(Cell::Integer(i64::from(limit)));
    let rows =
        connection.fly(&[Call::plain(BEGIN_SNAPSHOT), schema.once(STATE), known]).await.map_err(failed)?;
    let state = state_of(rows.get(1))?;
    current(state, catalog)?;
    let Some(last) = rows[2].last() else {
        let (merged, filed) = (vec![], vec![]);
        let page = VerifyPage {
            rows: vec![],
            trashed: vec![],
            history: vec![],
            rollups: empty(object),
            merged,
            filed,
            next: None,
        };
        return Ok(Seen { state, value: page });
    };
    let last = RecordId(get(last, 0)?);
    let next = (rows[2].len() >= usize::try_from(limit).unwrap_or(usize::MAX)).then_some(last);
    let stretch = |call: Call<'static>| call.bind_cell(from()).bind_cell(Cell::Uuid(last.0));
    let mut calls = vec![
        stretch(Call::once(text::record::between(schema.dialect(), object))),
        stretch(schema.once(text::verify::TRASHED).bind_cell(number())),
        stretch(schema.once(text::verify::HISTORY).bind_cell(number())),
        stretch(schema.once(text::matching::MERGED_BETWEEN).bind_cell(number())),
        stretch(schema.once(text::matching::FILED_BETWEEN).bind_cell(number())),
    ];
    for slot in rollups(object) {
        let statement = text::verify::rollup(schema.dialect(), catalog, object, slot)?;
        calls.push(statement.cells.into_iter().fold(stretch(Call::once(statement.sql)), Call::bind_cell));
    }
    calls.push(Call::plain("commit"));
    let answers = connection.fly(&calls).await.map_err(failed)?;
    connection.end();
    let rows: Vec<Record> = answers[0].iter().map(|row| record(row, 0, object)).collect::<Result<_>>()?;
    let trashed = answers[1].iter().map(|row| get(row, 0).map(RecordId)).collect::<Result<_>>()?;
    let history = record_history(&answers[2])?;
    let merged = answers[3].iter().map(|row| get(row, 0).map(RecordId)).collect::<Result<_>>()?;
    let filed = answers[4].iter().map(key).collect::<Result<_>>()?;
    let mut computed = Vec::new();
    for (slot, answer) in rollups(object).zip(&answers[5..]) {
        computed.push(rollup(schema.dialect(), object, slot, &rows, answer)?);
    }
    Ok(Seen { state, value: VerifyPage { rows, trashed, history, rollups: computed, merged, filed, next } })
}

/// The slots of an object's roll-ups.
fn rollups(object: &Object) -> impl Iterator<Item = usize> {
    let fields = object.fields().iter().enumerate();
    fields.filter(|(_, field)| matches!(field.kind, FieldKind::Rollup { .. })).map(|(slot, _)| slot)
}

fn empty(object: &Object) -> Vec<Vec<Value>> {
    rollups(object).map(|_| Vec::new()).collect()
}

/// What a roll-up comes to for every row: nothing refers to those without an answer.
fn rollup(
    dialect: Dialect<'_>,
    object: &Object,
    slot: usize,
    rows: &[Record],
    answer: &[Row],
) -> Result<Vec<Value>> {
    let field = &object.fields()[slot];
    let nothing = match &field.kind {
        FieldKind::Rollup { function, .. } => function.nothing(),
        _ => Value::Null,
    };
    let column = object.table().columns[object.table().range(slot)][0].kind;
    let parts = text::rollup::parts(dialect, field, column);
    let mut by_parent: HashMap<Uuid, Value> = HashMap::with_capacity(answer.len());
    for row in answer {
        let cells = parts.iter().zip(1..).map(|(kind, index)| cell(row, index, *kind));
        by_parent.insert(get(row, 0)?, text::rollup::value(field, cells.collect::<Result<_>>()?)?);
    }
    Ok(rows.iter().map(|row| by_parent.remove(&row.id.0).unwrap_or_else(|| nothing.clone())).collect())
}
