//! Reading an object's records for an export: stretches of ids, and what the journal has
//! of them after the export's position.

use kith_model::catalog::Object;

use super::record::columns;
use crate::dialect::Dialect;

/// At most `$2` records after the id `$1`.
pub(crate) fn rows(dialect: Dialect<'_>, object: &Object) -> String {
    let table = dialect.table(&object.table().name);
    dialect.text(&format!("select {}\nfrom {table}\nwhere id > $1\norder by id\nlimit $2", columns(object)))
}

/// At most `$6` changes of records of the object number `$1` after the position `$2`: those
/// after the record `$3` and its change at `$4`, up to the record `$5`. (They are read by
/// record: that way the whole export looks at each of them once.)
pub(crate) fn changes(dialect: Dialect<'_>) -> String {
    let position = dialect.not_searched("position");
    dialect.text(&format!(
        "select position, transaction_position, kind, object_no, record_id, version, diff
from {{kith_changes}}
where +object_no = $1 and {position} > $2 and (record_id, position) > ($3, $4) and record_id <= $5
order by record_id, position
limit $6"
    ))
}

/// The last of the first `$4` changes of the object number `$1` after the position `$2` up
/// to the position `$3`.
pub(crate) const END_OF_STRETCH: &str = "select max(position) as position
from (
  select position
  from {kith_changes}
  where object_no = $1 and position > $2 and position <= $3
  order by position
  limit $4
) as stretch";

/// The changes of the object number `$1` after the position `$2` up to the position `$3`
/// that are the last of their record up to the position `$4`, each with its transaction.
/// Of what they say only where a merged record went is read.
pub(crate) const LAST_CHANGES: &str =
    "select t.first_position, t.last_position, t.at, t.actor, t.origin, t.job, t.trace, t.schema_version,
  c.position, c.transaction_position, c.kind, c.object_no, c.record_id, c.version,
  case when c.kind = 'record.absorbed' then c.diff end as diff
from {kith_changes} as c
join {kith_transactions} as t on t.first_position = c.transaction_position
where c.object_no = $1 and c.position > $2 and c.position <= $3
  and c.record_id is not null and c.kind <> 'duplicate.dismissed'
  and not exists (
    select 1
    from {kith_changes} as l
    where l.record_id = c.record_id and l.position > c.position and l.position <= $4
      and l.kind <> 'duplicate.dismissed'
  )
order by c.position";

/// At most `$3` changes of the record `$1` after the position `$2`.
pub(crate) const CHANGES_OF_RECORD: &str =
    "select position, transaction_position, kind, object_no, record_id, version, diff
from {kith_changes}
where record_id = $1 and position > $2
order by position
limit $3";

/// Forgets the files that the job `$1` has written.
pub(crate) const DROP_OUTPUTS: &str = "delete from {kith_job_files}
where job_id = $1 and direction = 'output'";
