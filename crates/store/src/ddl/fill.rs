//! Computing a new roll-up for the records there are.

use kith_model::catalog::{Column, Definition};
use kith_model::id::{FieldNo, RecordId};
use kith_model::value::{Cell, ColumnKind};

use super::{NAMED_MAX, Statement, Subject};
use crate::dialect::{Dialect, SUM_MAX};
use crate::error::Result;
use crate::text::rollup::{Fed, Feed, index};

/// Records by their ids: those after the first, up to the second.
pub(crate) type Stretch = (RecordId, RecordId);

/// One update that computes the roll-up of every record, or of a stretch of them. What
/// has too many digits fails on PostgreSQL; on SQLite, [`out_of_range`] finds it
/// afterwards.
pub(crate) fn fill_rollup(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
    from: &Definition,
    stretch: Option<Stretch>,
) -> Result<Statement> {
    let (parent, child) = (Subject::of(definition), Subject::of(from));
    let (_, field) = parent.field(number)?;
    let fed = Fed { parent: definition, field, from, table: &child.table };
    let feed = Feed::of(dialect, fed, 0)?;
    let columns = parent.columns(number)?;
    let names = if columns.len() == 1 { columns.concat() } else { format!("({})", columns.join(", ")) };
    let table = dialect.table(&parent.table.name);
    let computed = feed.computed(&format!("{table}.id"));
    let mut sql = format!("update {table}\nset {names} = {computed}");
    let mut cells = feed.cells;
    if let Some((after, last)) = stretch {
        let first = cells.len() + 1;
        sql.push_str(&format!("\nwhere {table}.id > ${first} and {table}.id <= ${}", first + 1));
        cells.extend([Cell::Uuid(after.0), Cell::Uuid(last.0)]);
    }
    Ok(Statement { sql: dialect.text(&sql), cells })
}

/// The index that serves a least or greatest value, in the feeding table.
pub(crate) fn index_rollup(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
    from: &Definition,
) -> Result<Option<String>> {
    let (parent, child) = (Subject::of(definition), Subject::of(from));
    let (_, field) = parent.field(number)?;
    index(dialect, Fed { parent: definition, field, from, table: &child.table })
}

/// Ids of records whose roll-up has too many digits, where a column can hold one.
pub(crate) fn out_of_range(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<Option<String>> {
    let subject = Subject::of(definition);
    let (slot, _) = subject.field(number)?;
    let table = dialect.table(&subject.table.name);
    let is_decimal = |column: &&Column| matches!(column.kind, ColumnKind::Decimal { .. });
    let columns = subject.table.columns[subject.table.range(slot)].iter().filter(is_decimal);
    let conditions: Vec<String> =
        columns.map(|column| format!("{} not between -{SUM_MAX} and {SUM_MAX}", column.name)).collect();
    Ok(match dialect {
        Dialect::Sqlite if !conditions.is_empty() => Some(format!(
            "select id\nfrom {table}\nwhere {}\norder by id\nlimit {NAMED_MAX}",
            conditions.join(" or ")
        )),
        Dialect::Sqlite | Dialect::Postgres { .. } => None,
    })
}
