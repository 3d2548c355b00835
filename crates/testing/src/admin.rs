//! An administrator, who makes tenants.

use serde_json::{Value as Json, json};

use crate::call::Call;
use crate::caller::Caller;
use crate::tenant::Tenant;

/// A caller with an administrator's token.
#[derive(Clone, Debug)]
pub struct Admin {
    caller: Caller,
}

impl Admin {
    /// An administrator.
    #[must_use]
    pub fn new(caller: Caller) -> Self {
        Self { caller }
    }

    /// The caller, for requests of any kind.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Makes a tenant.
    #[track_caller]
    pub fn create_tenant(&self, body: &Json) -> Call {
        self.caller.post("/v1/tenants", body)
    }

    /// Makes a tenant and gives its caller, with the tenant's own token.
    pub async fn tenant(&self, name: &str) -> Tenant {
        let made = self.create_tenant(&json!({ "name": name })).created().await;
        let member = |member: &str| made[member].as_str().unwrap_or_default().to_owned();
        Tenant::new(self.caller.with_token(member("token")), member("id"), member("name"))
    }

    /// Calls within a tenant, with the administrator's token.
    #[must_use]
    pub fn within(&self, tenant: &Tenant) -> Tenant {
        Tenant::new(self.caller.naming(tenant.id()), tenant.id().to_owned(), tenant.name().to_owned())
    }
}
