//! Reading the journal, and removing what is older than its retention.

use crate::dialect::Dialect;

/// The columns of a transaction, in the order in which the statements here give them.
/// (The columns of a change follow them where both are read.)
pub(crate) const TRANSACTION_COLUMNS: usize = 8;

/// The transaction that holds the position `$1`.
pub(crate) const TRANSACTION_AT: &str =
    "select first_position, last_position, at, actor, origin, job, trace, schema_version
from {kith_transactions}
where first_position <= $1
order by first_position desc
limit 1";

/// The transactions from the one that holds the position `$1` to the position `$2`.
pub(crate) const TRANSACTIONS: &str =
    "select first_position, last_position, at, actor, origin, job, trace, schema_version
from {kith_transactions}
where first_position >= (
  select max(first_position)
  from {kith_transactions}
  where first_position <= $1
) and first_position <= $2
order by first_position";

/// The changes from the position `$1` to the position `$2`.
pub(crate) const CHANGES: &str =
    "select position, transaction_position, kind, object_no, record_id, version, diff
from {kith_changes}
where position >= $1 and position <= $2
order by position";

/// Positions that are looked through at once for changes of some objects, from the first
/// such change on: a bound on what is read where they are many, and still a page full
/// where one change in ten is.
pub(crate) const STRETCH: i64 = 5_000;

/// The first position after `$2` of a change of the object `$1`.
pub(crate) const FIRST_OF: &str = "select position
from {kith_changes}
where object_no = $1 and position > $2
order by position
limit 1";

/// At most `$4` changes of the objects `$1` from the position `$2` to the position `$3`,
/// each with its transaction. (The plus keeps the index by object out of it: the stretch
/// is read in order and no further than the limit, and nothing is sorted.)
pub(crate) fn changes_of(dialect: Dialect<'_>) -> String {
    let is_one_of_them = dialect.is_one_of("+c.object_no", "$1");
    dialect.text(&format!(
        "select t.first_position, t.last_position, t.at, t.actor, t.origin, t.job, t.trace, t.schema_version,
  c.position, c.transaction_position, c.kind, c.object_no, c.record_id, c.version, c.diff
from {{kith_changes}} as c
join {{kith_transactions}} as t on t.first_position = c.transaction_position
where {is_one_of_them} and c.position >= $2 and c.position <= $3
order by c.position
limit $4"
    ))
}

/// At most `$3` changes of the record `$1` after the position `$2`, each with its transaction.
pub(crate) const HISTORY: &str =
    "select t.first_position, t.last_position, t.at, t.actor, t.origin, t.job, t.trace, t.schema_version,
  c.position, c.transaction_position, c.kind, c.object_no, c.record_id, c.version, c.diff
from {kith_changes} as c
join {kith_transactions} as t on t.first_position = c.transaction_position
where c.record_id = $1 and c.position > $2
order by c.position
limit $3";

/// The transactions from the one that holds the position `$1` on, as long as they are
/// older than the time `$2`: where they end, at most `$3` of them. (The limit comes
/// before the time: later ones are not older, and need not be read to learn it.)
pub(crate) const EXPIRED: &str = "select last_position
from (
  select last_position, at
  from {kith_transactions}
  where first_position >= (
    select max(first_position)
    from {kith_transactions}
    where first_position <= $1
  )
  order by first_position
  limit $3
) as oldest
where at < $2
order by last_position";

/// Removes the changes before the position `$1`.
pub(crate) const REMOVE_CHANGES: &str = "delete from {kith_changes}
where position < $1";

/// The journal is kept from the position `$1` on.
pub(crate) const SET_FIRST_POSITION: &str = "update {kith_state}
set first_position = $1
where id = 1";

/// The keys of at most `$2` answers made before the time `$1`, oldest first.
pub(crate) const OLD_ANSWERS: &str = "select key
from {kith_answers}
where at < $1
order by at
limit $2";
