//! What a decision asks for, grouped into one statement per kind and table, all in one
//! flight.
//!
//! Each statement joins an array of what is asked for with a lateral select that has a
//! limit: the plan is one index look-up an element, whatever the statistics say, and
//! each row says by its ordinal which key it answers.

mod select;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::decide::{Answer, Found, Key, KeyValue};
use kith_model::id::{FieldNo, KeyNo, ObjectNo, RecordId};
use kith_model::journal::Position;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;

use super::codec::{cell, get, record};
use super::error::failed;
use super::jobs;
use super::trash::trashed;
use super::write::Writing;
#[cfg(test)]
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::text;
use crate::text::record::field_cells;
use select::call;

impl Writing {
    pub(crate) async fn load(&mut self, catalog: &Catalog, keys: &[Key]) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = keys.iter().map(nothing).collect();
        let groups = group(catalog, keys)?;
        let mut calls = Vec::with_capacity(groups.len());
        let mut answered = Vec::with_capacity(groups.len());
        for Group { what, places, columns } in groups {
            calls.push(call(self.schema.dialect(), catalog, &what, columns)?);
            answered.push((what, places));
        }
        let answers = self.connection.fly(&calls).await.map_err(failed)?;
        for ((what, places), rows) in answered.iter().zip(&answers) {
            answer(catalog, what, places, rows, &mut found)?;
        }
        found.iter_mut().for_each(sort);
        Ok(found)
    }
}

/// What keys of one statement have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
enum What {
    Row(ObjectNo),
    /// With the columns of the key that are set: a reference to one of several objects
    /// sets one of its columns.
    Unique(ObjectNo, KeyNo, Vec<usize>),
    Children(ObjectNo, FieldNo, ObjectNo),
    /// Of an object's roll-up, at most so many.
    Extremes(ObjectNo, FieldNo, usize),
    Trash,
    TrashGroup,
    Counter,
    Answer,
    Token,
    Filed,
    Dismissed,
    Merged,
    Aliases,
    AnyRecord(ObjectNo),
    FirstRecords(ObjectNo),
    BuildsApart(ObjectNo),
    Task,
    Job,
    UnfinishedJobs,
}

/// Keys of one statement: where their answers belong, and their values by column.
struct Group<'k> {
    what: What,
    places: Vec<usize>,
    columns: Vec<(ColumnKind, Vec<Cell<'k>>)>,
}

/// The answer when there is none.
fn nothing(key: &Key) -> Found {
    match key {
        Key::Row(..) => Found::Row(None),
        Key::Unique(..) => Found::Record(None),
        Key::Children { .. } | Key::FirstRecords(_) => Found::Records(Vec::new()),
        Key::Extremes { .. } => Found::Extremes(Vec::new()),
        Key::Filed(..) | Key::Dismissed(..) | Key::Aliases(_) => Found::Records(Vec::new()),
        Key::Merged(_) => Found::Record(None),
        Key::Trash(_) => Found::Trashed(None),
        Key::TrashGroup { .. } => Found::Group(Vec::new()),
        Key::Counter(_) => Found::Counter(1),
        Key::UnfinishedJobs => Found::Counter(0),
        Key::Job(_) => Found::Job(None),
        Key::Answer(_) => Found::Answer(None),
        Key::Token(_) | Key::AnyRecord(_) | Key::BuildsApart(_) | Key::Task(_) => Found::Exists(false),
    }
}

fn group<'k>(catalog: &Catalog, keys: &'k [Key]) -> Result<Vec<Group<'k>>> {
    let mut groups: Vec<Group<'k>> = Vec::new();
    let mut by_what: HashMap<What, usize> = HashMap::new();
    for (place, key) in keys.iter().enumerate() {
        let (what, cells) = split(catalog, key)?;
        let index = match by_what.entry(what) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let columns = cells.iter().map(|(kind, _)| (*kind, Vec::new())).collect();
                groups.push(Group { what: entry.key().clone(), places: Vec::new(), columns });
                *entry.insert(groups.len() - 1)
            }
        };
        let group = &mut groups[index];
        group.places.push(place);
        for ((_, column), (_, cell)) in group.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
    Ok(groups)
}

/// A key as what it has in common with others, and its own values.
fn split<'k>(catalog: &Catalog, key: &'k Key) -> Result<(What, Vec<(ColumnKind, Cell<'k>)>)> {
    let uuid = |id| vec![(ColumnKind::Uuid, Cell::Uuid(id))];
    let integer = |number| (ColumnKind::Integer, Cell::Integer(number));
    Ok(match key {
        Key::Row(object, id) => (What::Row(*object), uuid(id.0)),
        Key::Unique(object, key, value) => unique(catalog, *object, *key, value)?,
        Key::Children { object, field, to, id } => (What::Children(*object, *field, *to), uuid(id.0)),
        Key::Extremes { parent, rollup, id, most } => (What::Extremes(*parent, *rollup, *most), uuid(id.0)),
        Key::Trash(id) => (What::Trash, uuid(id.0)),
        Key::TrashGroup { group, root } => {
            (What::TrashGroup, vec![integer(group.0), (ColumnKind::Uuid, Cell::Uuid(root.0))])
        }
        Key::Counter(field) => (What::Counter, vec![integer(i64::from(field.0))]),
        Key::Answer(key) => (What::Answer, vec![(ColumnKind::Text, Cell::Text(key.as_ref().into()))]),
        Key::Token(id) => (What::Token, uuid(id.0)),
        Key::Filed(object, matching, key) => (
            What::Filed,
            vec![
                integer(i64::from(object.0)),
                integer(i64::from(matching.0)),
                (ColumnKind::Text, Cell::Text(key.as_ref().into())),
            ],
        ),
        Key::Dismissed(_, id) => (What::Dismissed, uuid(id.0)),
        Key::Merged(id) => (What::Merged, uuid(id.0)),
        Key::Aliases(id) => (What::Aliases, uuid(id.0)),
        Key::AnyRecord(object) => (What::AnyRecord(*object), Vec::new()),
        Key::FirstRecords(object) => (What::FirstRecords(*object), Vec::new()),
        Key::BuildsApart(object) => (What::BuildsApart(*object), Vec::new()),
        Key::Task(id) => (What::Task, uuid(id.0)),
        Key::Job(id) => (What::Job, uuid(id.0)),
        Key::UnfinishedJobs => (What::UnfinishedJobs, Vec::new()),
    })
}

fn unique<'k>(
    catalog: &Catalog,
    number: ObjectNo,
    key: KeyNo,
    value: &KeyValue,
) -> Result<(What, Vec<(ColumnKind, Cell<'k>)>)> {
    let object = known(catalog, number)?;
    let definition = object.keys.iter().find(|each| each.number == key);
    let definition = definition.ok_or_else(|| Error::Corrupt(format!("object {number} has no key {key}")))?;
    let (mut set, mut cells) = (Vec::new(), Vec::new());
    for (field, value) in definition.fields.iter().zip(value) {
        let slot = object.slot(*field).ok_or_else(|| Error::Corrupt(format!("key {key} lacks its field")))?;
        let columns = match object.table().fold(slot) {
            Some(fold) if definition.case_insensitive => fold..fold + 1,
            _ => object.table().range(slot),
        };
        for (index, cell) in columns.zip(field_cells(&object.fields()[slot], value)) {
            if cell != Cell::Null {
                set.push(index);
                cells.push((object.table().columns[index].kind, cell));
            }
        }
    }
    Ok((What::Unique(number, key, set), cells))
}

fn known(catalog: &Catalog, number: ObjectNo) -> Result<&Arc<Object>> {
    catalog.object(number).ok_or_else(|| Error::Corrupt(format!("object {number} is asked for and gone")))
}

/// The statements for keys.
#[cfg(test)]
pub(super) fn texts(dialect: Dialect<'_>, catalog: &Catalog, keys: &[Key]) -> Result<Vec<String>> {
    let calls = group(catalog, keys)?.into_iter().map(|Group { what, places: _, columns }| {
        call(dialect, catalog, &what, columns).map(|call| call.sql().to_owned())
    });
    calls.collect()
}

/// The object that has a roll-up, and the roll-up's slot.
fn rollup_of(catalog: &Catalog, parent: ObjectNo, rollup: FieldNo) -> Result<(&Arc<Object>, usize)> {
    let parent = known(catalog, parent)?;
    let slot = parent.slot(rollup);
    Ok((parent, slot.ok_or_else(|| Error::Corrupt(format!("roll-up {rollup} is asked for and gone")))?))
}

/// Puts a row where it belongs that answers all keys of a group alike; whether it is one.
fn answer_all(what: &What, places: &[usize], row: &Row, found: &mut [Found]) -> Result<bool> {
    match what {
        What::FirstRecords(_) => {
            let id = RecordId(get(row, 0)?);
            for place in places {
                if let Found::Records(ids) = &mut found[*place] {
                    ids.push(id);
                }
            }
        }
        What::AnyRecord(_) | What::BuildsApart(_) => {
            let exists = get(row, 0)?;
            places.iter().for_each(|place| found[*place] = Found::Exists(exists));
        }
        What::UnfinishedJobs => {
            let count = get(row, 0)?;
            places.iter().for_each(|place| found[*place] = Found::Counter(count));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Puts the rows of a group where they belong.
fn answer(catalog: &Catalog, what: &What, places: &[usize], rows: &[Row], found: &mut [Found]) -> Result<()> {
    for row in rows {
        if answer_all(what, places, row, found)? {
            continue;
        }
        let ordinal = usize::try_from(get::<i64>(row, 0)?).ok().and_then(|ordinal| ordinal.checked_sub(1));
        let place = ordinal.and_then(|ordinal| places.get(ordinal));
        let place = *place.ok_or_else(|| Error::Corrupt("an answer to nothing asked".to_owned()))?;
        match (what, &mut found[place]) {
            (What::Row(number), one) => {
                *one = Found::Row(Some(Arc::new(record(row, 1, known(catalog, *number)?)?)));
            }
            (What::Merged, one) => *one = Found::Record(Some(RecordId(get(row, 1)?))),
            (What::Filed | What::Dismissed | What::Aliases, Found::Records(ids)) => {
                ids.push(RecordId(get(row, 1)?));
            }
            (What::Children(..), Found::Records(ids)) => ids.push(RecordId(get(row, 1)?)),
            (What::Extremes(parent, rollup, _), Found::Extremes(values)) => {
                let (parent, slot) = rollup_of(catalog, *parent, *rollup)?;
                let kind = parent.table().columns[parent.table().range(slot)][0].kind;
                let value = text::rollup::one(&parent.fields()[slot], cell(row, 1, kind)?)?;
                values.push((value, RecordId(get(row, 2)?)));
            }
            (What::TrashGroup, Found::Group(group)) => group.push(Arc::new(trashed(row, 1)?)),
            (What::Unique(..), one) => *one = Found::Record(Some(RecordId(get(row, 1)?))),
            (What::Trash, one) => *one = Found::Trashed(Some(Arc::new(trashed(row, 1)?))),
            (What::Counter, one) => *one = Found::Counter(get(row, 1)?),
            (What::Answer, one) => *one = Found::Answer(Some(kept(row)?)),
            (What::Job, one) => *one = Found::Job(Some(Box::new(jobs::job(row, 1)?))),
            (
                What::Token
                | What::Task
                | What::UnfinishedJobs
                | What::AnyRecord(_)
                | What::FirstRecords(_)
                | What::BuildsApart(_),
                one,
            ) => *one = Found::Exists(true),
            (
                What::Children(..)
                | What::Extremes(..)
                | What::TrashGroup
                | What::Filed
                | What::Dismissed
                | What::Aliases,
                _,
            ) => {}
        }
    }
    Ok(())
}

fn kept(row: &Row) -> Result<Answer> {
    let request = get::<&[u8]>(row, 1)?.try_into();
    Ok(Answer {
        request: request.map_err(|_| Error::Corrupt("a kept request's hash".to_owned()))?,
        position: Position(get(row, 2)?),
        body: get::<Option<&str>>(row, 3)?.map(Box::from),
    })
}

fn sort(found: &mut Found) {
    match found {
        Found::Records(ids) => ids.sort_unstable(),
        Found::Group(group) => group.sort_unstable_by_key(|trashed| trashed.id),
        _ => {}
    }
}
