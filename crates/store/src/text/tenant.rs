//! The tenant's row, its catalog and its tokens.

/// The tenant's row.
pub(crate) const STATE: &str =
    "select history_id, last_position, first_position, last_at, schema_version, access_version
from {kith_state}
where id = 1";

/// The definitions later than the schema version `$1`.
pub(crate) const DEFINITIONS: &str = "select definition
from {kith_objects}
where schema_version > $1
order by number";

/// The token with the hash `$1`, unless revoked.
pub(crate) const TOKEN: &str = "select id, name, created_at, revoked_at, rights
from {kith_tokens}
where hash = $1 and revoked_at is null";

/// The token with the id `$1`, revoked or not.
pub(crate) const TOKEN_BY_ID: &str = "select id, name, created_at, revoked_at, rights
from {kith_tokens}
where id = $1";

/// At most `$2` tokens after the id `$1`.
pub(crate) const TOKENS: &str = "select id, name, created_at, revoked_at, rights
from {kith_tokens}
where id > $1
order by id
limit $2";
