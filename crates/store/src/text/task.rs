//! Tasks and followers: long work on the schema, and the consumers of the journal that
//! Kith itself runs, each under a lease of one node.

use kith_model::catalog::Object;

use crate::dialect::Dialect;

/// At most `$2` tasks before the id `$1`, the latest first.
pub(crate) const TASKS: &str =
    "select id, kind, object_no, part_no, state, after_id, done, total, error, created_at, updated_at
from {kith_tasks}
where id < $1
order by id desc
limit $2";

/// The task `$1`.
pub(crate) const TASK: &str =
    "select id, kind, object_no, part_no, state, after_id, done, total, error, created_at, updated_at
from {kith_tasks}
where id = $1";

/// Whether the task `$1` is under way.
pub(crate) const UNDER_WAY: &str = "select id
from {kith_tasks}
where id = $1 and state = 'running'";

/// The oldest task under way that nobody holds at the time `$1`, or that `$2` holds.
pub(crate) const NEXT_TASK: &str = "select id
from {kith_tasks}
where state = 'running' and (leased_until is null or leased_until < $1 or holder = $2)
order by id
limit 1";

/// Gives the task `$1` to the holder `$2` until `$3`, if it is free at the time `$4`.
pub(crate) const LEASE_TASK: &str = "update {kith_tasks}
set holder = $2, leased_until = $3
where id = $1 and state = 'running' and (leased_until is null or leased_until < $4 or holder = $2)
returning id";

/// Notes how far the task `$1` of the holder `$2` is: last id, done, total, time, end of
/// the lease.
pub(crate) const FORWARD_TASK: &str = "update {kith_tasks}
set after_id = $3, done = $4, total = $5, updated_at = $6, leased_until = $7
where id = $1 and holder = $2 and state = 'running'
returning id";

/// The holder `$2` holds the task `$1` until `$3`; nobody does when that is past.
pub(crate) const HOLD_TASK: &str = "update {kith_tasks}
set leased_until = $3
where id = $1 and holder = $2 and state = 'running'
returning id";

/// Ends the task `$1`: state, error, time.
pub(crate) const END_TASK: &str = "update {kith_tasks}
set state = $2, error = $3, updated_at = $4, holder = null, leased_until = null
where id = $1 and state = 'running'";

/// The task `$1`, which was given up, is under way again at the time `$2`, unless another
/// one does the same.
pub(crate) const RETRY_TASK: &str = "update {kith_tasks} as t
set state = 'running', error = null, updated_at = $2, holder = null, leased_until = null
where t.id = $1 and t.state = 'failed' and not exists (
  select 1
  from {kith_tasks} as o
  where o.kind = t.kind and o.object_no = t.object_no and o.part_no = t.part_no and o.state = 'running'
)
returning id";

/// A new task: id, kind, object, part, time.
pub(crate) const INSERT_TASK: &str = "insert into {kith_tasks}
  (id, kind, object_no, part_no, state, done, total, created_at, updated_at)
values ($1, $2, $3, $4, 'running', 0, 0, $5, $5)";

/// The end of a task that another takes the place of: kind, object, part.
pub(crate) const REPLACE_TASK: &str = "delete from {kith_tasks}
where kind = $1 and object_no = $2 and part_no = $3 and state = 'running'";

/// Forgets finished tasks but for the latest `$1`.
pub(crate) const FORGET_TASKS: &str = "delete from {kith_tasks}
where state <> 'running' and id < (
  select id
  from {kith_tasks}
  order by id desc
  limit 1 offset $1
)";

/// How far the follower `$1` is.
pub(crate) const FOLLOWER: &str = "select position, updated_at
from {kith_followers}
where name = $1";

/// A follower that begins after a position, unless there is one: name, position, time.
pub(crate) const START_FOLLOWER: &str = "insert into {kith_followers} (name, position, updated_at)
values ($1, $2, $3)
on conflict (name) do nothing";

/// The end of the follower `$1`.
pub(crate) const STOP_FOLLOWER: &str = "delete from {kith_followers}
where name = $1";

/// Gives the follower `$1` to the holder `$2` until `$3`, if it is free at the time `$4`.
pub(crate) const LEASE_FOLLOWER: &str = "update {kith_followers}
set holder = $2, leased_until = $3
where name = $1 and (leased_until is null or leased_until < $4 or holder = $2)
returning position";

/// The follower `$1` of the holder `$2` has come to the position `$3`: time, end of the
/// lease.
pub(crate) const MOVE_FOLLOWER: &str = "update {kith_followers}
set position = $3, updated_at = $4, leased_until = $5
where name = $1 and holder = $2
returning name";

/// At most `$3` ids of an object after `$1`, up to `$2`.
pub(crate) fn stretch(dialect: Dialect<'_>, object: &Object) -> String {
    let table = dialect.table(&object.table().name);
    dialect.text(&format!("select id\nfrom {table}\nwhere id > $1 and id <= $2\norder by id\nlimit $3"))
}

/// How many records an object has up to the id `$1`.
pub(crate) fn count(dialect: Dialect<'_>, object: &Object) -> String {
    let table = dialect.table(&object.table().name);
    dialect.text(&format!("select count(*)\nfrom {table}\nwhere id <= $1"))
}
