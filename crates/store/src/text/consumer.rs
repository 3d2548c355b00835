//! The cursors that consumers keep.

/// The cursor named `$1`.
pub(crate) const CURSOR: &str = "select name, position, updated_at
from {kith_cursors}
where name = $1";

/// All cursors.
pub(crate) const CURSORS: &str = "select name, position, updated_at
from {kith_cursors}
order by name";

/// Makes or moves a cursor: name, position, time.
pub(crate) const PUT_CURSOR: &str = "insert into {kith_cursors} (name, position, updated_at)
values ($1, $2, $3)
on conflict (name) do update set position = excluded.position, updated_at = excluded.updated_at";

/// Removes the cursor named `$1`.
pub(crate) const DELETE_CURSOR: &str = "delete from {kith_cursors}
where name = $1";
