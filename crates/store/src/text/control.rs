//! The control tables.

/// The organization that was made first.
pub(crate) const FIRST_ORGANIZATION: &str = "select id
from {organizations}
order by created_at, id
limit 1";

/// An organization: id, time.
pub(crate) const INSERT_ORGANIZATION: &str = "insert into {organizations} (id, created_at)
values ($1, $2)";

/// Any administrator's token.
pub(crate) const ANY_ORGANIZATION_TOKEN: &str = "select id
from {organization_tokens}
order by id
limit 1";

/// An administrator's token: id, organization, hash, time. Nothing happens if it is there.
pub(crate) const PUT_ORGANIZATION_TOKEN: &str =
    "insert into {organization_tokens} (id, organization_id, hash, created_at)
values ($1, $2, $3, $4)
on conflict (hash) do nothing";

/// The administrator's token with the hash `$1`.
pub(crate) const ORGANIZATION_TOKEN: &str = "select id, organization_id
from {organization_tokens}
where hash = $1";

/// A tenant: id, organization, name, time, retention.
pub(crate) const INSERT_TENANT: &str =
    "insert into {tenants} (id, organization_id, name, created_at, retention_days)
values ($1, $2, $3, $4, $5)";

/// The tenant with the id `$1`.
pub(crate) const TENANT: &str = "select id, organization_id, name, created_at, retention_days
from {tenants}
where id = $1";

/// At most `$3` tenants of the organization `$1` after the id `$2`.
pub(crate) const TENANTS: &str = "select id, organization_id, name, created_at, retention_days
from {tenants}
where organization_id = $1 and id > $2
order by id
limit $3";

/// Sets the retention of the tenant `$2`.
pub(crate) const SET_RETENTION: &str = "update {tenants}
set retention_days = $1
where id = $2";

/// Notes that the tenant `$1` has work to be done.
pub(crate) const PUT_BUSY: &str = "insert into {busy_tenants} (tenant_id)
values ($1)
on conflict (tenant_id) do nothing";

/// And that it has none.
pub(crate) const REMOVE_BUSY: &str = "delete from {busy_tenants}
where tenant_id = $1";

/// At most `$2` tenants with work to be done, after the id `$1`.
pub(crate) const BUSY: &str = "select tenant_id
from {busy_tenants}
where tenant_id > $1
order by tenant_id
limit $2";
