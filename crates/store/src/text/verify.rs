//! What the checker reads: a stretch of ids, their journal, and what roll-ups come to.

use kith_model::catalog::{Catalog, Object};

use crate::dialect::{Dialect, Statement};
use crate::error::Result;

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
/// referred to: its id and the columns of [`super::rollup::parts`]. Further parameters
/// are those of the statement.
pub(crate) fn rollup(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    object: &Object,
    slot: usize,
) -> Result<Statement> {
    let feed = super::rollup::feed(dialect, catalog, object, slot, 2)?;
    let (link, columns) = (&feed.link, feed.columns());
    let sql = dialect.text(&format!(
        "select {link}, {columns}
from {} as source
where {link} > $1 and {link} <= $2{}
group by {link}
order by {link}",
        feed.table, feed.conditions,
    ));
    Ok(Statement { sql, cells: feed.cells })
}
