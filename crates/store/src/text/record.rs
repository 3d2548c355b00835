//! Reading an object's records, and the trash.

use kith_model::catalog::{Field, Object};
use kith_model::value::{Cell, Value, encode};

use crate::dialect::{Dialect, Statement};
use crate::query::{Direction, Filter, List, Order};

/// The deleted record with the id `$1`.
pub(crate) const TRASHED: &str = "select object_no, id, group_position, root_id, document
from {kith_trash}
where id = $1";

/// At most `$3` deleted records of the object number `$1` after the id `$2`.
pub(crate) const TRASH: &str = "select object_no, id, group_position, root_id, document
from {kith_trash}
where object_no = $1 and id > $2
order by id
limit $3";

/// What the deletion of the root `$2` in the transaction `$1` took along, at most `$3`.
pub(crate) const TRASH_GROUP: &str = "select object_no, id, group_position, root_id, document
from {kith_trash}
where group_position = $1 and root_id = $2
order by id
limit $3";

/// All columns of an object's table, in the order in which rows are read and written.
pub(crate) fn columns(object: &Object) -> String {
    let names: Vec<&str> = object.table().columns.iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

/// The record with the id `$1`.
pub(crate) fn by_id(dialect: Dialect<'_>, object: &Object) -> String {
    let table = dialect.table(&object.table().name);
    dialect.text(&format!("select {}\nfrom {table}\nwhere id = $1", columns(object)))
}

/// The records with ids after `$1`, up to `$2`.
pub(crate) fn between(dialect: Dialect<'_>, object: &Object) -> String {
    let table = dialect.table(&object.table().name);
    dialect
        .text(&format!("select {}\nfrom {table}\nwhere id > $1 and id <= $2\norder by id", columns(object)))
}

/// A page of records.
pub(crate) fn list(dialect: Dialect<'_>, object: &Object, list: &List) -> Statement {
    let mut cells = Vec::new();
    let mut conditions = Vec::new();
    for Filter::Equals(slot, value) in &list.filters {
        conditions.extend(equals(object, (None, *slot), value, &mut cells));
    }
    let (than, way) = match list.direction {
        Direction::Ascending => (">", "asc"),
        Direction::Descending => ("<", "desc"),
    };
    if let Some((updated_at, id)) = list.after {
        let mut bind = |cell| {
            cells.push(cell);
            cells.len()
        };
        conditions.push(match list.order {
            Order::Created => format!("id {than} ${}", bind(Cell::Uuid(id.0))),
            Order::Updated => {
                let at = bind(Cell::Timestamp(updated_at));
                format!("(updated_at, id) {than} (${at}, ${})", bind(Cell::Uuid(id.0)))
            }
        });
    }
    let order = match list.order {
        Order::Created => format!("id {way}"),
        Order::Updated => format!("updated_at {way}, id {way}"),
    };
    let table = dialect.table(&object.table().name);
    let mut template = format!("select {}\nfrom {table}", columns(object));
    if !conditions.is_empty() {
        template.push_str("\nwhere ");
        template.push_str(&conditions.join(" and "));
    }
    cells.push(Cell::Integer(i64::from(list.limit)));
    template.push_str(&format!("\norder by {order}\nlimit ${}", cells.len()));
    Statement { sql: dialect.text(&template), cells }
}

/// Conditions that a field has a value: one for each of its columns that the value
/// sets, or, for null, that all of them are null. The records may have a name in the
/// statement.
pub(super) fn equals(
    object: &Object,
    (records, slot): (Option<&str>, usize),
    value: &Value,
    cells: &mut Vec<Cell<'static>>,
) -> Vec<String> {
    let columns = &object.table().columns[object.table().range(slot)];
    let names = columns.iter().map(|column| match records {
        Some(records) => format!("{records}.{}", column.name),
        None => column.name.clone(),
    });
    if value.is_null() {
        return names.map(|name| format!("{name} is null")).collect();
    }
    names
        .zip(field_cells(&object.fields()[slot], value))
        .filter(|(_, cell)| *cell != Cell::Null)
        .map(|(name, cell)| {
            cells.push(cell);
            format!("{name} = ${}", cells.len())
        })
        .collect()
}

/// The cells of a field's own columns.
pub(crate) fn field_cells(field: &Field, value: &Value) -> Vec<Cell<'static>> {
    let mut cells = Vec::new();
    encode(field, value, &mut cells);
    cells.into_iter().map(Cell::into_owned).collect()
}
