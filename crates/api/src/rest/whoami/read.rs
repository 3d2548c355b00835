//! `GET /v1/whoami`: who the token is, and of which tenant.

use http::StatusCode;
use kith_engine::{Identity, Session};
use serde_json::{Value as Json, json};

use crate::extract::{Asked, Authenticated};
use crate::problem::Outcome;
use crate::reply;

/// Answers who calls.
pub(crate) async fn read(caller: Authenticated, Asked(()): Asked<()>) -> Outcome {
    let tenant = caller.session.as_ref().map(Session::tenant_id);
    let mut document = match &caller.identity {
        Identity::Administrator(administrator) => {
            json!({ "actor": administrator.token, "organization": administrator.organization })
        }
        Identity::Token { token, .. } => json!({ "actor": token }),
    };
    document["rights"] = caller.identity.rights().to_json();
    if let Some(tenant) = tenant {
        document["tenant"] = Json::String(tenant.to_string());
    }
    reply::value(StatusCode::OK, &document)
}
