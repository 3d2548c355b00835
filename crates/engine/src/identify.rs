//! From a bearer token to who it is, and from there to a session or an administrator.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kith_model::fault::{Code, Fault};
use kith_model::id::{OrganizationId, TenantId, TokenId};

use kith_store::Token;

use crate::background;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::session::{Administrator, Identity, Session};
use crate::token;

/// How long a token is believed without asking the store again: how late a revocation
/// on another node may take effect here. On this node it takes effect at once.
const BELIEF: Duration = Duration::from_secs(2);

/// Most tokens remembered; beyond that all are forgotten and asked for again.
const REMEMBERED_MAX: usize = 10_000;

/// Tenants an administrator's `Kith-Tenant` is looked for among, a page at a time.
const NAME_PAGE: u32 = 500;

/// Recently seen tokens, by hash, and which organization owns a tenant.
#[derive(Default)]
pub(crate) struct Memory {
    tokens: Mutex<HashMap<[u8; 32], (Identity, Instant)>>,
    owners: Mutex<HashMap<TenantId, OrganizationId>>,
}

impl Memory {
    fn recall(&self, hash: &[u8; 32]) -> Option<Identity> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(hash).filter(|(_, since)| since.elapsed() < BELIEF).map(|(identity, _)| *identity)
    }

    fn remember(&self, hash: [u8; 32], identity: Identity) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= REMEMBERED_MAX {
            tokens.clear();
        }
        tokens.insert(hash, (identity, Instant::now()));
    }

    /// Forgets a token that was revoked here.
    pub(crate) fn forget(&self, id: TokenId) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, (identity, _)| !matches!(identity, Identity::Token { token, .. } if *token == id));
    }
}

impl Engine {
    /// Who a bearer token is.
    ///
    /// # Errors
    /// `unauthenticated`, when it is none or was revoked.
    pub async fn identify(&self, bearer: &str) -> Result<Identity> {
        let hash = token::hash(bearer);
        if let Some(identity) = self.memory().recall(&hash) {
            return Ok(identity);
        }
        let identity = match token::tenant_of(bearer) {
            Some(tenant) => self.tenant_token(tenant, hash).await?,
            None => self.store().organization_token(hash).await?.map(|token| {
                Identity::Administrator(Administrator { organization: token.organization, token: token.id })
            }),
        };
        let identity = identity.ok_or_else(unauthenticated)?;
        self.memory().remember(hash, identity);
        Ok(identity)
    }

    async fn tenant_token(&self, tenant: TenantId, hash: [u8; 32]) -> Result<Option<Identity>> {
        match self.store().token(tenant, hash).await {
            Ok(seen) => Ok(seen.value.map(|token| {
                let Token { id, rights, .. } = token;
                Identity::Token { tenant, token: id, rights }
            })),
            Err(kith_store::Error::NoTenant) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A session on the tenant that the caller names, or whose token it is.
    ///
    /// # Errors
    /// `not_found` for a tenant that is not the caller's; `invalid_parameter` when an
    /// administrator names none.
    pub async fn session(&self, identity: &Identity, named: Option<&str>) -> Result<Session> {
        let id = match (identity, named) {
            (Identity::Token { tenant, .. }, None) => *tenant,
            (Identity::Token { tenant, .. }, Some(named)) if named == tenant.to_string() => *tenant,
            (Identity::Token { .. }, Some(_)) => {
                return Err(no_tenant().hint("this token is of one tenant; leave `Kith-Tenant` out").into());
            }
            (Identity::Administrator(administrator), Some(named)) => self.owned(administrator, named).await?,
            (Identity::Administrator(_), None) => {
                let message = "an administrator's token needs the tenant in the header `Kith-Tenant`";
                return Err(Fault::new(Code::InvalidParameter, message)
                    .at("Kith-Tenant")
                    .hint("GET /v1/tenants lists the tenants")
                    .into());
            }
        };
        let tenant = self.registry().get(id).await?;
        background::look(self, &tenant);
        Ok(Session::new(self.clone(), tenant, *identity))
    }

    /// The administrator behind an identity.
    ///
    /// # Errors
    /// `forbidden` for a tenant's token.
    pub fn administrator(&self, identity: &Identity) -> Result<Administrator> {
        match identity {
            Identity::Administrator(administrator) => Ok(*administrator),
            Identity::Token { .. } => {
                Err(Fault::new(Code::Forbidden, "only an administrator of the organization may do this")
                    .into())
            }
        }
    }

    /// A tenant of the administrator's organization, by id or by name.
    pub(crate) async fn owned(&self, administrator: &Administrator, named: &str) -> Result<TenantId> {
        let Ok(id) = named.parse::<TenantId>() else { return self.named(administrator, named).await };
        let known = self.memory().owners.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        let owner = match known {
            Some(owner) => Some(owner),
            None => self.store().tenant(id).await?.map(|tenant| tenant.organization),
        };
        if owner != Some(administrator.organization) {
            return Err(no_tenant().into());
        }
        self.memory()
            .owners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, administrator.organization);
        Ok(id)
    }

    async fn named(&self, administrator: &Administrator, name: &str) -> Result<TenantId> {
        let mut after = None;
        loop {
            let page = self.store().tenants(administrator.organization, after, NAME_PAGE).await?;
            if let Some(tenant) = page.iter().find(|tenant| tenant.name == name) {
                return Ok(tenant.id);
            }
            after = Some(page.last().ok_or_else(|| Error::from(no_tenant()))?.id);
        }
    }
}

fn unauthenticated() -> Error {
    Fault::new(Code::Unauthenticated, "no valid token")
        .hint("send `Authorization: Bearer <token>` with a token that was not revoked")
        .into()
}

fn no_tenant() -> Fault {
    Fault::new(Code::NotFound, "no such tenant").at("Kith-Tenant")
}
