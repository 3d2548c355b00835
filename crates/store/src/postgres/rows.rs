//! Rows of records on their way into their tables: one array a column, one statement a
//! table (and, for updates, a set of columns).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kith_model::catalog::{Column, Object};
use kith_model::decide::{Merged, RowUpdate};
use kith_model::id::{ObjectNo, RecordId};
use kith_model::record::Row;
use kith_model::value::{Cell, ColumnKind};

use super::flight::Call;
use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// Rows of one statement: its arrays are held in memory on both sides.
pub(super) const ROWS_MAX: usize = 10_000;

/// The column by which rows are updated.
const ID: usize = 0;

/// Appends everything that happens to live records, in the order of [`Merged`].
pub(super) fn write<'m>(dialect: Dialect<'_>, merged: &'m Merged, calls: &mut Vec<Call<'m>>) -> Result<()> {
    for (number, ids) in &merged.deletes {
        let table = dialect.table(&object(merged, *number)?.table().name);
        for ids in ids.chunks(ROWS_MAX) {
            calls.push(by_ids(format!("delete from {table}\nwhere id = any($1)"), ids));
        }
    }
    let mut parked: HashSet<RecordId> = HashSet::new();
    for (number, ids) in &merged.parks {
        let object = object(merged, *number)?;
        let table = dialect.table(&object.table().name);
        let set: Vec<String> = unique_columns(object)
            .into_iter()
            .map(|index| format!("{} = null", object.table().columns[index].name))
            .collect();
        if set.is_empty() {
            continue;
        }
        for ids in ids.chunks(ROWS_MAX) {
            calls.push(by_ids(format!("update {table}\nset {}\nwhere id = any($1)", set.join(", ")), ids));
        }
        parked.extend(ids);
    }
    for (number, updates) in &merged.updates {
        update(dialect, object(merged, *number)?, updates, &parked, calls);
    }
    for (number, rows) in &merged.inserts {
        insert(dialect, object(merged, *number)?, rows, calls);
    }
    Ok(())
}

fn object(merged: &Merged, number: ObjectNo) -> Result<&Arc<Object>> {
    merged
        .catalog
        .object(number)
        .ok_or_else(|| Error::Corrupt(format!("object {number} is written to and gone")))
}

pub(super) fn by_ids<'a>(sql: String, ids: &[RecordId]) -> Call<'a> {
    let ids = ids.iter().map(|id| Cell::Uuid(id.0)).collect();
    Call::prepared(sql).bind_cells(ColumnKind::Uuid, ids)
}

/// The columns of an object's unique keys.
fn unique_columns(object: &Object) -> BTreeSet<usize> {
    object.unique_keys().flat_map(|key| object.table().key_columns(object.definition(), key)).collect()
}

fn insert<'m>(dialect: Dialect<'_>, object: &Object, rows: &'m [Arc<Row>], calls: &mut Vec<Call<'m>>) {
    let columns: Vec<&Column> = object.table().columns.iter().collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let sql = format!(
        "insert into {} ({})\nselect {}\nfrom unnest({}) as u ({})",
        dialect.table(&object.table().name),
        names.join(", "),
        qualified(&names),
        parameters(names.len()),
        names.join(", "),
    );
    for rows in rows.chunks(ROWS_MAX) {
        let cells = rows.iter().map(|row| object.cells(row));
        calls.push(bind(Call::prepared(sql.as_str()), &columns, cells));
    }
}

/// Updates by the set of columns they write. A parked row's unique columns were set to
/// null, so all of them are written again.
fn update<'m>(
    dialect: Dialect<'_>,
    object: &Object,
    updates: &'m [RowUpdate],
    parked: &HashSet<RecordId>,
    calls: &mut Vec<Call<'m>>,
) {
    let mut by_columns: Vec<(Vec<usize>, Vec<&'m Row>)> = Vec::new();
    let mut places: HashMap<Vec<usize>, usize> = HashMap::new();
    for RowUpdate { row, columns } in updates {
        let columns: Vec<usize> = if parked.contains(&row.id) {
            unique_columns(object)
                .into_iter()
                .chain(columns.iter().copied())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect()
        } else {
            columns.to_vec()
        };
        let place = *places.entry(columns).or_insert_with_key(|columns| {
            by_columns.push((columns.clone(), Vec::new()));
            by_columns.len() - 1
        });
        by_columns[place].1.push(row);
    }
    by_columns.retain(|(columns, _)| !columns.is_empty());
    for (indexes, rows) in by_columns {
        let indexes: Vec<usize> = std::iter::once(ID).chain(indexes).collect();
        let columns: Vec<&Column> = indexes.iter().map(|index| &object.table().columns[*index]).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let set: Vec<String> = names[1..].iter().map(|name| format!("{name} = u.{name}")).collect();
        let sql = format!(
            "update {} as t\nset {}\nfrom unnest({}) as u ({})\nwhere t.id = u.id",
            dialect.table(&object.table().name),
            set.join(", "),
            parameters(names.len()),
            names.join(", "),
        );
        for rows in rows.chunks(ROWS_MAX) {
            let cells = rows.iter().map(|row| pick(object.cells(row), &indexes));
            calls.push(bind(Call::prepared(sql.as_str()), &columns, cells));
        }
    }
}

fn pick<'a>(mut cells: Vec<Cell<'a>>, indexes: &[usize]) -> Vec<Cell<'a>> {
    indexes.iter().map(|index| std::mem::replace(&mut cells[*index], Cell::Null)).collect()
}

/// Binds rows of cells as one array a column.
fn bind<'m>(
    call: Call<'m>,
    columns: &[&Column],
    rows: impl ExactSizeIterator<Item = Vec<Cell<'m>>>,
) -> Call<'m> {
    let mut arrays: Vec<Vec<Cell<'m>>> = columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (array, cell) in arrays.iter_mut().zip(row) {
            array.push(cell);
        }
    }
    columns.iter().zip(arrays).fold(call, |call, (column, array)| call.bind_cells(column.kind, array))
}

fn parameters(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

fn qualified(names: &[&str]) -> String {
    names.iter().map(|name| format!("u.{name}")).collect::<Vec<_>>().join(", ")
}
