//! What decisions ask for: one prepared point select per key.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition, Key as UniqueKey, Object, Table};
use kith_model::decide::{Answer, Found, Key, KeyValue};
use kith_model::id::{FieldNo, ObjectNo, RecordId};
use kith_model::journal::Position;
use kith_model::limits::{CASCADE_RECORDS_MAX, FILL_AT_ONCE_RECORDS_MAX};
use kith_model::value::{Cell, encode};

use super::connection::Connection;
use super::record::{find, read_row};
use super::snapshot::{all, first};
use super::{cell, decode, jobs, matching, sql};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::text;

/// The answers to keys, in the same order.
pub(super) fn load(connection: &Connection, catalog: &Catalog, keys: &[Key]) -> Result<Vec<Found>> {
    keys.iter().map(|key| load_one(connection, catalog, key)).collect()
}

fn load_one(connection: &Connection, catalog: &Catalog, key: &Key) -> Result<Found> {
    match key {
        Key::Row(object, id) => row(connection, find(catalog, *object)?, *id),
        Key::Unique(object, key, values) => {
            let object = find(catalog, *object)?;
            let key = object.keys.iter().find(|each| each.number == *key);
            let key = key.ok_or_else(|| Error::Corrupt(format!("`{}` lacks a key", object.name)))?;
            unique(connection, object, key, values)
        }
        Key::Children { object, field, to, id } => {
            children(connection, find(catalog, *object)?, *field, *to, *id)
        }
        Key::Extremes { parent, rollup, id, most } => {
            extremes(connection, catalog, (find(catalog, *parent)?, *rollup), *id, *most)
        }
        Key::Trash(id) => {
            let found = first(connection, sql!(text::record::TRASHED), &[Cell::Uuid(id.0)], decode::trashed)?;
            Ok(Found::Trashed(found.map(Arc::new)))
        }
        Key::TrashGroup { group, root } => {
            let cells = [Cell::Integer(group.0), Cell::Uuid(root.0), cascade_limit()];
            let found = all(connection, sql!(text::record::TRASH_GROUP), &cells, decode::trashed)?;
            Ok(Found::Group(found.into_iter().map(Arc::new).collect()))
        }
        Key::Counter(field) => {
            let number = Cell::Integer(i64::from(field.0));
            let next =
                first(connection, "select next from kith_counters where field_no = ?1", &[number], |row| {
                    Ok(row.get(0)?)
                })?;
            Ok(Found::Counter(next.unwrap_or(1)))
        }
        Key::Answer(key) => answer(connection, key),
        Key::Token(id) => {
            let sql = "select 1 from kith_tokens where id = ?1 and revoked_at is null";
            exists(connection, sql, &[Cell::Uuid(id.0)])
        }
        Key::Filed(object, matching, key) => matching::filed(connection, *object, *matching, key),
        Key::Dismissed(_, id) => matching::dismissed(connection, *id),
        Key::Merged(id) => matching::merged(connection, *id),
        Key::Aliases(id) => matching::aliases(connection, *id),
        Key::AnyRecord(object) => any_record(connection, find(catalog, *object)?),
        Key::FirstRecords(object) => first_records(connection, find(catalog, *object)?),
        // An index is made within the write: SQLite has no other way.
        Key::BuildsApart(_) => Ok(Found::Exists(false)),
        Key::Job(id) => Ok(Found::Job(jobs::find(connection, *id)?.map(Box::new))),
        Key::UnfinishedJobs => Ok(Found::Counter(jobs::unfinished(connection)?)),
        Key::Task(id) => exists(connection, sql!(text::task::UNDER_WAY), &[Cell::Uuid(id.0)]),
    }
}

fn row(connection: &Connection, object: &Object, id: RecordId) -> Result<Found> {
    let sql = connection.by_id_text(object);
    let found = first(connection, &sql, &[Cell::Uuid(id.0)], |row| read_row(object, row))?;
    Ok(Found::Row(found.map(Arc::new)))
}

fn unique(connection: &Connection, object: &Object, key: &UniqueKey, values: &KeyValue) -> Result<Found> {
    let (conditions, cells) = equal_key(object, object.table(), key, values)?;
    let sql = format!("select id from {} where {conditions}", object.table().name);
    let found = first(connection, &sql, &cells, |row| decode::record(row, 0))?;
    Ok(Found::Record(found))
}

/// The condition that the columns of a key's index hold these values.
fn equal_key<'a>(
    definition: &Definition,
    table: &Table,
    key: &UniqueKey,
    values: &'a KeyValue,
) -> Result<(String, Vec<Cell<'a>>)> {
    let mut cells = Vec::with_capacity(values.len());
    for (number, value) in key.fields.iter().zip(values) {
        let field = definition.fields.iter().find(|field| field.number == *number);
        let field = field.ok_or_else(|| Error::Corrupt(format!("key `{}` lacks a field", key.name)))?;
        encode(field, value, &mut cells);
    }
    // A folded column stands for the one of its field: as many columns as cells.
    let columns = table.key_columns(definition, key);
    let mut conditions = Vec::with_capacity(columns.len());
    let mut bound = Vec::with_capacity(columns.len());
    for (column, cell) in columns.into_iter().zip(cells) {
        let name = &table.columns[column].name;
        if cell == Cell::Null {
            // Another target's column of a reference.
            conditions.push(format!("{name} is null"));
        } else {
            bound.push(cell);
            conditions.push(format!("{name} = ?{}", bound.len()));
        }
    }
    Ok((conditions.join(" and "), bound))
}

fn children(
    connection: &Connection,
    object: &Object,
    field: FieldNo,
    to: ObjectNo,
    id: RecordId,
) -> Result<Found> {
    let slot =
        object.slot(field).ok_or_else(|| Error::Corrupt(format!("`{}` lacks a field", object.name)))?;
    let columns = &object.table().columns[object.table().range(slot)];
    let Some(column) = columns.iter().find(|column| column.target == Some(to)) else {
        return Ok(Found::Records(Vec::new()));
    };
    let sql =
        format!("select id from {} where {} = ?1 order by id limit ?2", object.table().name, column.name);
    let found = all(connection, &sql, &[Cell::Uuid(id.0), cascade_limit()], |row| decode::record(row, 0))?;
    Ok(Found::Records(found))
}

fn extremes(
    connection: &Connection,
    catalog: &Catalog,
    (parent, rollup): (&Object, FieldNo),
    id: RecordId,
    most: usize,
) -> Result<Found> {
    let slot =
        parent.slot(rollup).ok_or_else(|| Error::Corrupt(format!("`{}` lacks a roll-up", parent.name)))?;
    let field = &parent.fields()[slot];
    let feed = text::rollup::feed(Dialect::Sqlite, catalog, parent, slot, 1)?;
    let sql = Dialect::Sqlite.text(&feed.extremes("$1", most));
    let kind = parent.table().columns[parent.table().range(slot)][0].kind;
    let cells: Vec<Cell<'_>> = std::iter::once(Cell::Uuid(id.0)).chain(feed.cells).collect();
    let found = all(connection, &sql, &cells, |row| {
        let value = text::rollup::one(field, cell::read(row, 0, kind)?)?;
        Ok((value, decode::record(row, 1)?))
    })?;
    Ok(Found::Extremes(found))
}

/// One more than may be, so that too many is seen.
fn cascade_limit() -> Cell<'static> {
    Cell::Integer(i64::try_from(CASCADE_RECORDS_MAX).unwrap_or(i64::MAX).saturating_add(1))
}

fn answer(connection: &Connection, key: &str) -> Result<Found> {
    let sql = "select request, last_position, body from kith_answers where key = ?1";
    let found = first(connection, sql, &[Cell::Text(key.into())], |row| {
        Ok(Answer {
            request: row.get(0)?,
            position: Position(row.get(1)?),
            body: decode::optional_text(row, 2)?.map(Box::from),
        })
    })?;
    Ok(Found::Answer(found))
}

fn any_record(connection: &Connection, object: &Object) -> Result<Found> {
    let sql = format!(
        "select 1 where exists (select 1 from {}) or exists (select 1 from kith_trash where object_no = ?1)",
        object.table().name
    );
    exists(connection, &sql, &[Cell::Integer(i64::from(object.number.0))])
}

fn first_records(connection: &Connection, object: &Object) -> Result<Found> {
    let count = FILL_AT_ONCE_RECORDS_MAX + 1;
    let sql = format!("select id from {} order by id limit {count}", object.table().name);
    all(connection, &sql, &[], |row| decode::record(row, 0)).map(Found::Records)
}

fn exists(connection: &Connection, sql: &str, cells: &[Cell<'_>]) -> Result<Found> {
    first(connection, sql, cells, |_| Ok(())).map(|found| Found::Exists(found.is_some()))
}
