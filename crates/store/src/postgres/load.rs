//! What a decision asks for, grouped into one statement per kind and table, all in one
//! flight.
//!
//! Each statement joins an array of what is asked for with a lateral select that has a
//! limit: the plan is one index look-up an element, whatever the statistics say, and
//! each row says by its ordinal which key it answers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::decide::{Answer, Found, Key, KeyValue};
use kith_model::id::{FieldNo, KeyNo, ObjectNo, RecordId};
use kith_model::journal::Position;
use kith_model::limits::CASCADE_RECORDS_MAX;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::Row;

use super::codec::{get, record};
use super::error::failed;
use super::flight::Call;
use super::trash::trashed;
use super::write::Writing;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::text::record::field_cells;

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
    Trash,
    TrashGroup,
    Counter,
    Answer,
    Token,
    AnyRecord(ObjectNo),
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
        Key::Children { .. } => Found::Records(Vec::new()),
        Key::Trash(_) => Found::Trashed(None),
        Key::TrashGroup { .. } => Found::Group(Vec::new()),
        Key::Counter(_) => Found::Counter(1),
        Key::Answer(_) => Found::Answer(None),
        Key::Token(_) | Key::AnyRecord(_) => Found::Exists(false),
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
        Key::Trash(id) => (What::Trash, uuid(id.0)),
        Key::TrashGroup { group, root } => {
            (What::TrashGroup, vec![integer(group.0), (ColumnKind::Uuid, Cell::Uuid(root.0))])
        }
        Key::Counter(field) => (What::Counter, vec![integer(i64::from(field.0))]),
        Key::Answer(key) => (What::Answer, vec![(ColumnKind::Text, Cell::Text(key.as_ref().into()))]),
        Key::Token(id) => (What::Token, uuid(id.0)),
        Key::AnyRecord(object) => (What::AnyRecord(*object), Vec::new()),
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

/// The statement for a group, bound to its values.
fn call<'k>(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    what: &What,
    columns: Vec<(ColumnKind, Vec<Cell<'k>>)>,
) -> Result<Call<'k>> {
    let bound = CASCADE_RECORDS_MAX + 1;
    let (answer, select) = match what {
        What::Row(number) => {
            let object = known(catalog, *number)?;
            let table = dialect.table(&object.table().name);
            let names: Vec<&str> = object.table().columns.iter().map(|column| column.name.as_str()).collect();
            let answer = names.iter().map(|name| format!("t.{name}")).collect::<Vec<_>>().join(", ");
            (answer, format!("select {} from {table} where id = k.c0 limit 1", names.join(", ")))
        }
        What::Unique(number, _, set) => {
            let object = known(catalog, *number)?;
            let table = dialect.table(&object.table().name);
            let equal: Vec<String> = set
                .iter()
                .enumerate()
                .map(|(place, index)| format!("{} = k.c{place}", object.table().columns[*index].name))
                .collect();
            ("t.id".to_owned(), format!("select id from {table} where {} limit 1", equal.join(" and ")))
        }
        What::Children(number, field, to) => {
            let object = known(catalog, *number)?;
            let table = dialect.table(&object.table().name);
            let column = reference(object, *field, *to)?;
            (
                "t.id".to_owned(),
                format!("select id from {table} where {column} = k.c0 order by id limit {bound}"),
            )
        }
        What::Trash => own(dialect, &TRASH_COLUMNS, "kith_trash", "id = k.c0 limit 1"),
        What::TrashGroup => {
            let condition = format!("group_position = k.c0 and root_id = k.c1 order by id limit {bound}");
            own(dialect, &TRASH_COLUMNS, "kith_trash", &condition)
        }
        What::Counter => own(dialect, &["next"], "kith_counters", "field_no = k.c0 limit 1"),
        What::Answer => {
            own(dialect, &["request", "last_position", "body"], "kith_answers", "key = k.c0 limit 1")
        }
        What::Token => own(dialect, &["id"], "kith_tokens", "id = k.c0 and revoked_at is null limit 1"),
        What::AnyRecord(number) => {
            let table = dialect.table(&known(catalog, *number)?.table().name);
            let trash = dialect.table("kith_trash");
            return Ok(Call::once(format!(
                "select exists (select 1 from {table}) or exists (select 1 from {trash} where object_no = {number})"
            )));
        }
    };
    let parameters: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let names: Vec<String> = (0..columns.len()).map(|place| format!("c{place}")).collect();
    let call = Call::prepared(format!(
        "select k.i, {answer}\nfrom unnest({}) with ordinality as k ({}, i)\ncross join lateral (\n  {select}\n) as t",
        parameters.join(", "),
        names.join(", "),
    ));
    Ok(columns.into_iter().fold(call, |call, (kind, cells)| call.bind_cells(kind, cells)))
}

/// The statements for keys.
#[cfg(test)]
pub(super) fn texts(dialect: Dialect<'_>, catalog: &Catalog, keys: &[Key]) -> Result<Vec<String>> {
    let calls = group(catalog, keys)?.into_iter().map(|Group { what, places: _, columns }| {
        call(dialect, catalog, &what, columns).map(|call| call.sql().to_owned())
    });
    calls.collect()
}

const TRASH_COLUMNS: [&str; 5] = ["object_no", "id", "group_position", "root_id", "document"];

/// The columns to answer and the select, of one of our own tables.
fn own(dialect: Dialect<'_>, columns: &[&str], table: &str, condition: &str) -> (String, String) {
    let answer: Vec<String> = columns.iter().map(|column| format!("t.{column}")).collect();
    let select = format!("select {} from {} where {condition}", columns.join(", "), dialect.table(table));
    (answer.join(", "), select)
}

/// The column of a reference field for one of its targets.
fn reference(object: &Object, field: FieldNo, to: ObjectNo) -> Result<&str> {
    let slot = object.slot(field);
    let columns = slot.map_or(&[][..], |slot| &object.table().columns[object.table().range(slot)]);
    let column = columns.iter().find(|column| column.target == Some(to));
    column
        .map(|column| column.name.as_str())
        .ok_or_else(|| Error::Corrupt(format!("field {field} does not refer to object {to}")))
}

/// Puts the rows of a group where they belong.
fn answer(catalog: &Catalog, what: &What, places: &[usize], rows: &[Row], found: &mut [Found]) -> Result<()> {
    for row in rows {
        if let What::AnyRecord(_) = what {
            let exists = get(row, 0)?;
            places.iter().for_each(|place| found[*place] = Found::Exists(exists));
            continue;
        }
        let ordinal = usize::try_from(get::<i64>(row, 0)?).ok().and_then(|ordinal| ordinal.checked_sub(1));
        let place = ordinal.and_then(|ordinal| places.get(ordinal));
        let place = *place.ok_or_else(|| Error::Corrupt("an answer to nothing asked".to_owned()))?;
        match (what, &mut found[place]) {
            (What::Row(number), one) => {
                *one = Found::Row(Some(Arc::new(record(row, 1, known(catalog, *number)?)?)));
            }
            (What::Children(..), Found::Records(ids)) => ids.push(RecordId(get(row, 1)?)),
            (What::TrashGroup, Found::Group(group)) => group.push(Arc::new(trashed(row, 1)?)),
            (What::Unique(..), one) => *one = Found::Record(Some(RecordId(get(row, 1)?))),
            (What::Trash, one) => *one = Found::Trashed(Some(Arc::new(trashed(row, 1)?))),
            (What::Counter, one) => *one = Found::Counter(get(row, 1)?),
            (What::Answer, one) => *one = Found::Answer(Some(kept(row)?)),
            (What::Token | What::AnyRecord(_), one) => *one = Found::Exists(true),
            (What::Children(..) | What::TrashGroup, _) => {}
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
