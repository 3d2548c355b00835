//! Match keys, pairs of records that are likely to be one, and ids of merged records.

/// At most `$4` records of the object number `$1` that the rule `$2` has under the key `$3`.
pub(crate) const FILED: &str = "select record_id
from {kith_match_keys}
where object_no = $1 and matching_no = $2 and key = $3
order by record_id
limit $4";

/// The records that somebody said are not the record `$1`.
pub(crate) const DISMISSED: &str = "select id
from (
  select second_id as id from {kith_duplicates} where first_id = $1 and state = 'dismissed'
  union all
  select first_id as id from {kith_duplicates} where second_id = $1 and state = 'dismissed'
) as others
order by id";

/// The record into which the record `$1` was merged.
pub(crate) const MERGED: &str = "select into_id
from {kith_merged}
where id = $1";

/// At most `$2` ids that stand for the record `$1`.
pub(crate) const ALIASES: &str = "select id
from {kith_merged}
where into_id = $1
order by id
limit $2";

/// At most `$5` pairs of the object number `$1` in the state `$2` after the ids `$3` and `$4`.
pub(crate) const PAIRS: &str = "select object_no, first_id, second_id, matching_no, score, state, found_at
from {kith_duplicates}
where object_no = $1 and state = $2 and (first_id, second_id) > ($3, $4)
order by first_id, second_id
limit $5";

/// The ids of the object number `$1` that stand for other records, after the id `$2`, up
/// to `$3`.
pub(crate) const MERGED_BETWEEN: &str = "select id
from {kith_merged}
where object_no = $1 and id > $2 and id <= $3
order by id";

/// The match keys of the records of the object number `$1` after the id `$2`, up to `$3`.
pub(crate) const FILED_BETWEEN: &str = "select object_no, matching_no, key, record_id
from {kith_match_keys}
where object_no = $1 and record_id > $2 and record_id <= $3
order by record_id, matching_no, key";

/// The columns of a match key, in order.
pub(crate) const FILE: &str = "insert into {kith_match_keys} (object_no, matching_no, key, record_id)";

/// The columns of a pair, in order.
pub(crate) const PAIR: &str = "insert into {kith_duplicates} as d
  (object_no, first_id, second_id, matching_no, score, state, found_at)";

/// What a pair does to one that is there: a dismissed one stays dismissed, and what
/// nobody found keeps what it was found by.
pub(crate) const PAIR_AGAIN: &str = "on conflict (first_id, second_id) do update
set matching_no = case when excluded.matching_no = 0 then d.matching_no else excluded.matching_no end,
  score = case when excluded.matching_no = 0 then d.score else excluded.score end,
  state = excluded.state, found_at = excluded.found_at
where d.state <> 'dismissed'";

/// The columns of an id that stands for another, in order.
pub(crate) const ALIAS: &str = "insert into {kith_merged} (id, object_no, into_id, position, at)";

/// What a further merge does to it.
pub(crate) const ALIAS_AGAIN: &str = "on conflict (id) do update
set into_id = excluded.into_id, position = excluded.position, at = excluded.at";

/// Removals by the id of a record, each a table and its condition but for the id.
pub(crate) const UNFILE: [&str; 3] = [
    "delete from {kith_match_keys} where record_id",
    "delete from {kith_duplicates} where state = 'open' and first_id",
    "delete from {kith_duplicates} where state = 'open' and second_id",
];

/// The same for a record that was merged: all pairs go.
pub(crate) const UNPAIR: [&str; 2] =
    ["delete from {kith_duplicates} where first_id", "delete from {kith_duplicates} where second_id"];

/// The same for a record that was purged.
pub(crate) const ERASE: [&str; 4] = [
    "delete from {kith_duplicates} where first_id",
    "delete from {kith_duplicates} where second_id",
    "delete from {kith_merged} where id",
    "delete from {kith_merged} where into_id",
];

/// What a rule that goes has filed, and the pairs that it found. Numbers, not values.
pub(crate) fn drop_rule(dialect: crate::dialect::Dialect<'_>, object: u32, rule: u32) -> Vec<String> {
    vec![
        dialect.text(&format!(
            "delete from {{kith_match_keys}} where object_no = {object} and matching_no = {rule}"
        )),
        dialect.text(&format!(
            "delete from {{kith_duplicates}}
where object_no = {object} and matching_no = {rule} and state = 'open'"
        )),
    ]
}
