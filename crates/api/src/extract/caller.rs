//! Who calls: the bearer token, and the tenant it is about.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use kith_engine::{Administrator, Bearer, Identity, Session};
use kith_model::fault::Code;

use crate::extract::single;
use crate::problem::Problem;
use crate::site::Site;
use crate::ticket::{self, Ticket};

/// A caller within one tenant.
pub(crate) struct Caller {
    /// The caller's way into the tenant.
    pub(crate) session: Session,
    /// The request's ticket.
    pub(crate) ticket: Arc<Ticket>,
}

/// An administrator of the organization.
pub(crate) struct Administrating(pub(crate) Administrator);

/// The text of the caller's token, for what is made of it.
pub(crate) struct Maker(pub(crate) Bearer);

/// A caller, with a tenant or without.
pub(crate) struct Authenticated {
    /// Who.
    pub(crate) identity: Identity,
    /// The tenant, if the token has one or the request names one.
    pub(crate) session: Option<Session>,
}

impl FromRequestParts<Site> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let ticket = ticket::of(parts)?;
        let identity = identify(&parts.headers, site).await?;
        let session = site.engine.session(&identity, tenant(&parts.headers)?).await?;
        ticket.belongs_to(session.tenant_id());
        Ok(Self { session, ticket })
    }
}

impl FromRequestParts<Site> for Administrating {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let identity = identify(&parts.headers, site).await?;
        Ok(Self(site.engine.administrator(&identity)?))
    }
}

impl FromRequestParts<Site> for Maker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        let token = bearer(&parts.headers)?.ok_or_else(anonymous)?;
        Ok(Self(Bearer::new(token)))
    }
}

impl FromRequestParts<Site> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let identity = identify(&parts.headers, site).await?;
        let named = tenant(&parts.headers)?;
        let session = match (&identity, named) {
            (Identity::Administrator(_), None) => None,
            (Identity::Administrator(_) | Identity::Token { .. }, named) => {
                Some(site.engine.session(&identity, named).await?)
            }
        };
        Ok(Self { identity, session })
    }
}

impl OptionalFromRequestParts<Site> for Authenticated {
    type Rejection = Problem;

    /// A token that is there must be a good one.
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<Site>>::from_request_parts(parts, site).await.map(Some)
    }
}

async fn identify(headers: &HeaderMap, site: &Site) -> Result<Identity, Problem> {
    let token = bearer(headers)?.ok_or_else(anonymous)?;
    Ok(site.engine.identify(token).await?)
}

fn anonymous() -> Problem {
    Problem::new(Code::Unauthenticated, "the request needs `Authorization: Bearer <token>`")
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let refused = || Problem::new(Code::Unauthenticated, "`Authorization` must be `Bearer <token>`");
    let Some(text) = single(headers, "authorization").map_err(|_| refused())? else { return Ok(None) };
    let (scheme, token) = text.split_once(' ').ok_or_else(refused)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.contains(' ') {
        return Err(refused());
    }
    Ok(Some(token))
}

fn tenant(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    match single(headers, "kith-tenant")? {
        Some("") => Err(Problem::new(Code::InvalidParameter, "the header `Kith-Tenant` is empty")),
        named => Ok(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("authorization", value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn reads_a_bearer_token() {
        assert_eq!(bearer(&with(&["Bearer kith_t_x"])).unwrap(), Some("kith_t_x"));
        assert_eq!(bearer(&with(&["bearer  kith_t_x"])).unwrap(), Some("kith_t_x"));
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn anything_else_is_unauthenticated() {
        for values in [
            &["Basic a2l0aA=="][..],
            &["Bearer"],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a", "Bearer b"],
            &[""],
        ] {
            assert_eq!(bearer(&with(values)).unwrap_err().code(), Code::Unauthenticated, "{values:?}");
        }
    }
}
