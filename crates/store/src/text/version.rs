//! Versions of the schema, and the definitions as they were.

/// At most `$2` versions before the version `$1`, the latest first.
pub(crate) const VERSIONS: &str = "select version, position, at, actor, changes
from {kith_schema_versions}
where version < $1
order by version desc
limit $2";

/// Whether there is a version `$1`: those before versions were kept are not known.
pub(crate) const VERSION: &str = "select version, position, at, actor, changes
from {kith_schema_versions}
where version = $1";

/// Every definition as it was at the version `$1`.
pub(crate) const DEFINITIONS_AT: &str = "select v.definition
from {kith_object_versions} as v
where v.schema_version = (
  select max(w.schema_version)
  from {kith_object_versions} as w
  where w.number = v.number and w.schema_version <= $1
)
order by v.number";

/// Keeps a version.
pub(crate) const PUT_VERSION: &str = "insert into {kith_schema_versions}
  (version, position, at, actor, changes)
values ($1, $2, $3, $4, $5)";
