//! What fields are used for.

/// Adds uses: day, token, object, field, kind, name, how often, when last.
pub(crate) const ADD_USES: &str = "insert into {kith_usage}
  (day, token, object_no, field_no, kind, name, uses, last_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (object_no, field_no, day, token, kind, name) do update
set uses = {kith_usage}.uses + excluded.uses,
  last_at = case when excluded.last_at > {kith_usage}.last_at then excluded.last_at else {kith_usage}.last_at end";

/// Uses of the object `$1` and its fields since the day `$2`, summed over the days.
pub(crate) const USES: &str =
    "select max(day), token, object_no, field_no, kind, name, cast(sum(uses) as {integer}), max(last_at)
from {kith_usage}
where object_no = $1 and day >= $2
group by token, object_no, field_no, kind, name
order by field_no, token, kind, name";

/// Removes uses before the day `$1`. There is a row a day, token and name, and a day goes
/// at a time: that is few enough for one statement.
pub(crate) const FORGET_USES: &str = "delete from {kith_usage}
where day < $1";
