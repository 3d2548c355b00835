//! What the checker reads: a stretch of ids, their journal, and what roll-ups come to.

use kith_model::catalog::{Catalog, FieldKind, Object, RollupFunction};
use kith_model::value::Cell;

use crate::dialect::{Dialect, Statement};
use crate::error::{Error, Result};

/// At most `$3` ids of an object (its number is `$2`) after the id `$1`, from the table,
/// the trash and the journal.
pub(crate) fn ids(dialect: Dialect<'_>, object: &Object) -> String {
    let table = dialect.table(&object.table().name);
    dialect.text(&format!(
        "select id
from (
  select id from (select id from {table} where id > $1 order by id limit $3) as live
  union
  select id from (
    select id from {{kith_trash}} where object_no = $2 and id > $1 order by id limit $3
  ) as trashed
  union
  select id from (
    select distinct record_id as id
    from {{kith_changes}}
    where object_no = $2 and record_id > $1
    order by record_id
    limit $3
  ) as journaled
) as known
order by id
limit $3"
    ))
}

/// Ids in the trash of the object number `$1`, after the id `$2`, up to `$3`.
pub(crate) const TRASHED: &str = "select id
from {kith_trash}
where object_no = $1 and id > $2 and id <= $3
order by id";

/// The changes of records of the object number `$1`, after the id `$2`, up to `$3`,
/// each with its transaction.
pub(crate) const HISTORY: &str =
    "select t.first_position, t.last_position, t.at, t.actor, t.origin, t.job, t.trace, t.schema_version,
  c.position, c.transaction_position, c.kind, c.object_no, c.record_id, c.version, c.diff
from {kith_changes} as c
join {kith_transactions} as t on t.first_position = c.transaction_position
where c.object_no = $1 and c.record_id > $2 and c.record_id <= $3
order by c.record_id, c.position";

/// What a roll-up comes to, for each parent after the id `$1`, up to `$2`, that is
/// referred to: its id and a count, or its id and the columns of [`Dialect::sum_columns`].
/// Further parameters are those of the statement.
pub(crate) fn rollup(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    object: &Object,
    slot: usize,
) -> Result<Statement> {
    let field = &object.fields()[slot];
    let broken = || Error::Corrupt(format!("the roll-up `{}` lacks what it is computed from", field.name));
    let FieldKind::Rollup { function, from, via } = &field.kind else { return Err(broken()) };
    let child = catalog.object(*from).ok_or_else(broken)?;
    let table = child.table();
    let via = child.slot(*via).ok_or_else(broken)?;
    let link = table.columns[table.range(via)].iter().find(|column| column.target == Some(object.number));
    let link = &link.ok_or_else(broken)?.name;
    let mut cells = Vec::new();
    let mut condition = String::new();
    let computed = match function {
        RollupFunction::Count => "count(*)".to_owned(),
        RollupFunction::Sum { of, scale: _, currency } => {
            let summed = &table.columns[table.range(child.slot(*of).ok_or_else(broken)?)];
            if let (Some(currency), [_, code]) = (currency, summed) {
                condition = format!(" and {} = $3", code.name);
                cells.push(Cell::Text(currency.as_str().to_owned().into()));
            }
            dialect.sum_columns(&summed[0].name)
        }
    };
    let sql = dialect.text(&format!(
        "select {link}, {computed}
from {}
where {link} > $1 and {link} <= $2{condition}
group by {link}
order by {link}",
        dialect.table(&table.name),
    ));
    Ok(Statement { sql, cells })
}
