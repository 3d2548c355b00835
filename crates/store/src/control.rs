//! The control tables: organizations, their tokens, and which tenants there are.
//! They hold nothing of a tenant's own.

use kith_model::id::{HistoryId, OrganizationId, TenantId, TokenId};
use kith_model::time::Timestamp;

/// A tenant as the control tables know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// The organization that owns it.
    pub organization: OrganizationId,
    /// Its name, unique within the organization.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// How many days the journal keeps what changed; `None` for ever.
    pub retention_days: Option<u32>,
}

/// A tenant to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// Its first history.
    pub history: HistoryId,
}

/// An administrator's token, of an organization.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrganizationToken {
    /// Its id.
    pub id: TokenId,
    /// The organization it administers.
    pub organization: OrganizationId,
}
