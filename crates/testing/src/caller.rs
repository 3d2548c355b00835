//! Somebody who calls the API: at an address, with a token or without.

use std::fmt;

use reqwest::Method;
use serde_json::Value as Json;

use crate::call::Call;

/// A caller of a server.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    tenant: Option<String>,
}

impl Caller {
    /// A caller without a token.
    #[must_use]
    pub fn new(http: reqwest::Client, base: impl Into<String>) -> Self {
        Self { http, base: base.into(), token: None, tenant: None }
    }

    /// The same caller with a token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same caller, naming a tenant in `Kith-Tenant`.
    #[must_use]
    pub fn naming(&self, tenant: impl Into<String>) -> Self {
        Self { tenant: Some(tenant.into()), ..self.clone() }
    }

    /// The server's address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.base
    }

    /// The caller's token.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request of any kind; the path begins with a slash and is sent as it is.
    #[track_caller]
    pub fn call(&self, method: Method, path: &str) -> Call {
        let mut call = Call::new(&self.http, method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            call = call.header("authorization", format!("Bearer {token}"));
        }
        if let Some(tenant) = &self.tenant {
            call = call.header("kith-tenant", tenant.clone());
        }
        call
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `POST` of a document.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Json) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// `PUT` of a document.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Json) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    /// `PATCH` with a document.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Json) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("base", &self.base)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
