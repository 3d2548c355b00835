//! Our own tables: those in each tenant's file or schema, all named `kith_…`, and the
//! control tables (SQLite: `control.db`; PostgreSQL: schema `kith`). Each set has a
//! layout version and migrations that only go forward.
//!
//! A migration leaves the program before it working (nodes are replaced one by one), and
//! is never edited once released: the next one is appended. A release has at most one
//! for each set.

mod tenant_2;
mod tenant_3;

use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// A set of tables, with all its migrations: the layout version is how many were done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Layout {
    scope: Scope,
    migrations: &'static [&'static [&'static str]],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scope {
    Tenant,
    Control,
}

impl Layout {
    /// The tables in a tenant's file or schema.
    pub(crate) const TENANT: Self =
        Self { scope: Scope::Tenant, migrations: &[TENANT_1, tenant_2::TENANT_2, tenant_3::TENANT_3] };

    /// The control tables.
    pub(crate) const CONTROL: Self = Self { scope: Scope::Control, migrations: &[CONTROL_1, CONTROL_2] };

    /// The layout that this program works with.
    pub(crate) fn current(self) -> i64 {
        i64::try_from(self.migrations.len()).unwrap_or(i64::MAX)
    }

    /// Whether tables at this version are to be brought forward first.
    ///
    /// # Errors
    /// [`Error::NewerLayout`]. The next layout after ours is no error: it was made by the
    /// next release, which leaves this one working. More than that is not promised.
    pub(crate) fn is_behind(self, version: i64) -> Result<bool> {
        if version > self.current().saturating_add(1) {
            return Err(Error::NewerLayout { version, known: self.current() });
        }
        Ok(version < self.current())
    }

    /// The table that holds the layout version; without it nothing is there yet.
    pub(crate) fn table(self) -> &'static str {
        match self.scope {
            Scope::Tenant => "kith_layout",
            Scope::Control => "layout",
        }
    }

    /// Reads the layout version.
    pub(crate) fn version(self, dialect: Dialect<'_>) -> String {
        dialect.text(match self.scope {
            Scope::Tenant => "select version from {kith_layout} where id = 1",
            Scope::Control => "select version from {layout} where id = 1",
        })
    }

    /// Statements that bring the tables from a version (0: nothing is there) to the
    /// current one, the note of it included. None when there is nothing to do. They
    /// are to be run in one transaction.
    pub(crate) fn migrate(self, dialect: Dialect<'_>, from: i64) -> Vec<String> {
        let done = usize::try_from(from).unwrap_or(0);
        let pending = self.migrations.get(done..).unwrap_or_default();
        if pending.is_empty() {
            return Vec::new();
        }
        let mut statements: Vec<String> = pending.concat().iter().map(|each| dialect.text(each)).collect();
        let note = match (self.scope, done) {
            (Scope::Tenant, 0) => "insert into {kith_layout} (id, version) values (1, ",
            (Scope::Control, 0) => "insert into {layout} (id, version) values (1, ",
            (Scope::Tenant, _) => "update {kith_layout} set version = (",
            (Scope::Control, _) => "update {layout} set version = (",
        };
        statements.push(format!("{}{})", dialect.text(note), self.current()));
        statements
    }

    /// The layout that one more migration makes.
    #[cfg(test)]
    pub(crate) fn followed_by(self, next: &'static [&'static str]) -> Self {
        let migrations = [self.migrations, &[next]].concat();
        Self { migrations: migrations.leak(), ..self }
    }

    /// The first layout there was.
    #[cfg(test)]
    pub(crate) fn first(self) -> Self {
        Self { migrations: &self.migrations[..1], ..self }
    }
}

/// The tenant's row, its catalog, its journal, its trash, and what consumers keep.
const TENANT_1: &[&str] = &[
    "create table {kith_layout} (
  id {integer} not null constraint kith_layout_p primary key constraint kith_layout_one check (id = 1),
  version {integer} not null
){strict}",
    "create table {kith_state} (
  id {integer} not null constraint kith_state_p primary key constraint kith_state_one check (id = 1),
  history_id {uuid} not null,
  last_position {integer} not null,
  first_position {integer} not null,
  last_at {timestamp} not null,
  schema_version {integer} not null,
  access_version {integer} not null
){strict}",
    "create table {kith_objects} (
  number {integer} not null constraint kith_objects_p primary key,
  schema_version {integer} not null,
  definition {text} not null
){strict}",
    "create table {kith_transactions} (
  first_position {integer} not null constraint kith_transactions_p primary key,
  last_position {integer} not null,
  at {timestamp} not null,
  actor {text} not null,
  origin {text} not null,
  job {text},
  trace {text},
  schema_version {integer} not null
){strict}",
    "create table {kith_changes} (
  position {integer} not null constraint kith_changes_p primary key,
  transaction_position {integer} not null,
  kind {text} not null,
  object_no {integer},
  record_id {uuid},
  version {integer} not null,
  diff {text}
){strict}",
    // The object's number makes it enough for the checker, which walks it by record.
    "create index kith_changes_record on {kith_changes} (record_id, position, object_no)",
    "create table {kith_trash} (
  id {uuid} not null constraint kith_trash_p primary key,
  object_no {integer} not null,
  group_position {integer} not null,
  root_id {uuid} not null,
  document {text} not null
){strict}",
    "create index kith_trash_object on {kith_trash} (object_no, id)",
    "create index kith_trash_group on {kith_trash} (group_position, root_id)",
    "create table {kith_answers} (
  key {text} not null constraint kith_answers_p primary key,
  request {bytes} not null,
  first_position {integer} not null,
  last_position {integer} not null,
  at {timestamp} not null,
  body {text}
){strict}",
    "create index kith_answers_at on {kith_answers} (at)",
    "create index kith_answers_position on {kith_answers} (last_position)",
    "create table {kith_answer_records} (
  record_id {uuid} not null,
  key {text} not null constraint kith_answer_records_key references {kith_answers} (key) on delete cascade,
  constraint kith_answer_records_p primary key (record_id, key)
){strict}",
    "create index kith_answer_records_key on {kith_answer_records} (key)",
    "create table {kith_counters} (
  field_no {integer} not null constraint kith_counters_p primary key,
  next {integer} not null
){strict}",
    "create table {kith_tokens} (
  id {uuid} not null constraint kith_tokens_p primary key,
  name {text} not null,
  hash {bytes} not null constraint kith_tokens_hash unique,
  created_at {timestamp} not null,
  revoked_at {timestamp}
){strict}",
    "create table {kith_cursors} (
  name {text} not null constraint kith_cursors_p primary key,
  position {integer} not null,
  updated_at {timestamp} not null
){strict}",
];

/// Organizations, their administrators' tokens, and which tenants there are.
const CONTROL_1: &[&str] = &[
    "create table {layout} (
  id {integer} not null constraint kith_layout_p primary key constraint kith_layout_one check (id = 1),
  version {integer} not null
){strict}",
    "create table {organizations} (
  id {uuid} not null constraint kith_organizations_p primary key,
  created_at {timestamp} not null
){strict}",
    "create table {organization_tokens} (
  id {uuid} not null constraint kith_organization_tokens_p primary key,
  organization_id {uuid} not null constraint kith_organization_tokens_f references {organizations} (id),
  hash {bytes} not null constraint kith_organization_tokens_hash unique,
  created_at {timestamp} not null
){strict}",
    "create index kith_organization_tokens_organization on {organization_tokens} (organization_id)",
    "create table {tenants} (
  id {uuid} not null constraint kith_tenants_p primary key,
  organization_id {uuid} not null constraint kith_tenants_f references {organizations} (id),
  name {text} not null,
  created_at {timestamp} not null,
  retention_days {integer},
  constraint kith_tenants_name unique (organization_id, name)
){strict}",
    "create index kith_tenants_organization on {tenants} (organization_id, id)",
];

/// Tenants that have work of Kith's own to be done, whether anybody calls them or not.
const CONTROL_2: &[&str] = &["create table {busy_tenants} (
  tenant_id {uuid} not null constraint kith_busy_tenants_p primary key
){strict}"];

/// Makes the tenant's row: history id and time are `$1` and `$2`.
pub(crate) fn insert_state(dialect: Dialect<'_>) -> String {
    dialect.text(
        "insert into {kith_state}
  (id, history_id, last_position, first_position, last_at, schema_version, access_version)
values (1, $1, 0, 1, $2, 0, 0)",
    )
}
