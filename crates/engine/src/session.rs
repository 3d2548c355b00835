//! Who calls, and on which tenant: what every operation is handed first.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::{OrganizationId, TenantId, TokenId};
use kith_model::journal::{Actor, TenantState};
use kith_model::right::Rights;

use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// Whose token a request carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identity {
    /// An administrator of an organization.
    Administrator(Administrator),
    /// A program of one tenant.
    Token {
        /// The tenant.
        tenant: TenantId,
        /// The token.
        token: TokenId,
        /// What it may do beyond what every token may.
        rights: Rights,
    },
}

impl Identity {
    /// What it may do beyond what every token may.
    #[must_use]
    pub fn rights(&self) -> Rights {
        match self {
            Self::Administrator(_) => Rights::ALL,
            Self::Token { tenant: _, token: _, rights } => *rights,
        }
    }
}

/// An administrator of an organization: may make tenants, and act in each of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Administrator {
    /// The organization.
    pub organization: OrganizationId,
    /// The token.
    pub token: TokenId,
}

/// A caller on one tenant. Operations take it; there is no other way to a tenant's data.
#[derive(Clone)]
pub struct Session {
    pub(crate) engine: Engine,
    pub(crate) tenant: Arc<Tenant>,
    identity: Identity,
}

impl Session {
    pub(crate) fn new(engine: Engine, tenant: Arc<Tenant>, identity: Identity) -> Self {
        Self { engine, tenant, identity }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }

    /// Whose token it is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// As whom the caller acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self.identity {
            Identity::Administrator(administrator) => Actor::Token(administrator.token),
            Identity::Token { tenant: _, token, rights: _ } => Actor::Token(token),
        }
    }

    /// What the caller may do beyond what every token may.
    #[must_use]
    pub fn rights(&self) -> Rights {
        self.identity.rights()
    }

    /// The latest catalog this process knows of.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        self.tenant.catalog()
    }

    /// The tenant's state now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn state(&self) -> Result<TenantState> {
        let state = self.tenant.store.state(self.tenant.id).await?;
        self.tenant.advance(&state);
        Ok(state)
    }
}
