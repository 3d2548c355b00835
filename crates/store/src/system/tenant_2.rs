//! The second layout of a tenant's tables: versions of the schema, tasks, what fields
//! are used for, duplicates and merged records.

/// See [`super::Layout`].
pub(super) const TENANT_2: &[&str] = &[
    // Streams of some objects only, which may be few changes among many.
    "create index kith_changes_object on {kith_changes} (object_no, position)",
    // Every state that an object's definition ever had.
    "create table {kith_object_versions} (
  number {integer} not null,
  schema_version {integer} not null,
  definition {text} not null,
  constraint kith_object_versions_p primary key (number, schema_version)
){strict}",
    "insert into {kith_object_versions} (number, schema_version, definition)
select number, schema_version, definition from {kith_objects}",
    "create index kith_object_versions_version on {kith_object_versions} (schema_version, number)",
    // What each schema version changed, as JSON, and who made it.
    "create table {kith_schema_versions} (
  version {integer} not null constraint kith_schema_versions_p primary key,
  position {integer} not null,
  at {timestamp} not null,
  actor {text} not null,
  changes {text} not null
){strict}",
    "insert into {kith_schema_versions} (version, position, at, actor, changes)
select schema_version, last_position, last_at, 'system', '[]' from {kith_state} where schema_version > 0",
    // Long work on the schema: one row each, with how far it is and who does it.
    "create table {kith_tasks} (
  id {uuid} not null constraint kith_tasks_p primary key,
  kind {text} not null,
  object_no {integer} not null,
  part_no {integer},
  state {text} not null,
  after_id {uuid},
  done {integer} not null,
  total {integer} not null,
  error {text},
  created_at {timestamp} not null,
  updated_at {timestamp} not null,
  holder {uuid},
  leased_until {timestamp}
){strict}",
    "create index kith_tasks_state on {kith_tasks} (state, id)",
    // Consumers of the journal that Kith itself runs: how far each is.
    "create table {kith_followers} (
  name {text} not null constraint kith_followers_p primary key,
  position {integer} not null,
  updated_at {timestamp} not null,
  holder {uuid},
  leased_until {timestamp}
){strict}",
    // Uses of a name by a token on a day (days since 1970-01-01).
    "create table {kith_usage} (
  day {integer} not null,
  token {text} not null,
  object_no {integer} not null,
  field_no {integer} not null,
  kind {text} not null,
  name {text} not null,
  uses {integer} not null,
  last_at {timestamp} not null,
  constraint kith_usage_p primary key (object_no, field_no, day, token, kind, name)
){strict}",
    "create index kith_usage_day on {kith_usage} (day)",
    // The normal forms by which records are compared.
    "create table {kith_match_keys} (
  object_no {integer} not null,
  matching_no {integer} not null,
  key {text} not null,
  record_id {uuid} not null,
  constraint kith_match_keys_p primary key (object_no, matching_no, key, record_id)
){strict}",
    "create index kith_match_keys_record on {kith_match_keys} (record_id)",
    // Pairs of records that are likely to stand for the same thing; `first_id` is less.
    "create table {kith_duplicates} (
  object_no {integer} not null,
  first_id {uuid} not null,
  second_id {uuid} not null,
  matching_no {integer} not null,
  score {integer} not null,
  state {text} not null,
  found_at {timestamp} not null,
  constraint kith_duplicates_p primary key (first_id, second_id)
){strict}",
    "create index kith_duplicates_object on {kith_duplicates} (object_no, state, first_id, second_id)",
    "create index kith_duplicates_second on {kith_duplicates} (second_id)",
    // Ids of records that were merged into another: they stand for that one.
    "create table {kith_merged} (
  id {uuid} not null constraint kith_merged_p primary key,
  object_no {integer} not null,
  into_id {uuid} not null,
  position {integer} not null,
  at {timestamp} not null
){strict}",
    "create index kith_merged_into on {kith_merged} (into_id)",
];
