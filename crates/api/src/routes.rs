//! Every route, once: what the router serves, the OpenAPI document describes and the
//! tests walk through. This is a table, exempt from the bound on a file's length.

use axum::routing::{MethodRouter, delete, get, patch, post, put};

use crate::rest;
use crate::site::Site;

/// One method on one path.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; segments in braces are parameters.
    pub path: &'static str,
    /// The operation's name, as in the OpenAPI document and the log.
    pub operation: &'static str,
    /// Who may call it.
    pub access: Access,
    /// How long it may take.
    pub patience: Patience,
    pub(crate) mount: fn() -> MethodRouter<Site>,
}

/// A method that some route has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Reads; `HEAD` is served alike.
    Get,
    /// Makes, or does.
    Post,
    /// Makes or replaces under a name the caller gives.
    Put,
    /// Changes some of it.
    Patch,
    /// Removes.
    Delete,
}

/// Who may call a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Anybody; a token is not looked at.
    Open,
    /// Anybody; with a token the answer is the tenant's own.
    Optional,
    /// A token, of a tenant or of an administrator; a tenant need not be named.
    Token,
    /// A tenant's token, or an administrator's with `Kith-Tenant`.
    Tenant,
    /// An administrator's token.
    Administrator,
}

/// How long a route may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// As long as any request may.
    Request,
    /// It waits for news, and bounds that itself.
    Stream,
    /// It moves as many bytes as there are, and bounds how long it stands still. What its
    /// answer may be is for it to say.
    Transfer,
}

impl Method {
    /// The method on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One line of the table.
macro_rules! routes {
    ($($method:ident $on:ident $path:literal, $operation:literal, $access:ident $patience:ident => $handler:path;)*) => {
        /// Every route there is.
        pub const ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            operation: $operation,
            access: Access::$access,
            patience: Patience::$patience,
            mount: || $on($handler),
        },)*];
    };
}

routes! {
    Get get "/healthz", "health.live", Open Request => rest::health::live;
    Get get "/readyz", "health.ready", Open Request => rest::health::ready;
    Get get "/openapi.json", "openapi.read", Optional Request => rest::openapi::read;
    Get get "/v1/limits", "limits.read", Open Request => rest::limits::read;
    Get get "/v1/whoami", "whoami.read", Token Request => rest::whoami::read;

    Post post "/v1/tenants", "tenants.create", Administrator Request => rest::tenants::create;
    Get get "/v1/tenants", "tenants.list", Administrator Request => rest::tenants::list;
    Get get "/v1/tenants/{tenant}", "tenants.read", Administrator Request => rest::tenants::read;
    Patch patch "/v1/tenants/{tenant}", "tenants.update", Administrator Request => rest::tenants::update;

    Post post "/v1/tokens", "tokens.create", Tenant Request => rest::tokens::create;
    Get get "/v1/tokens", "tokens.list", Tenant Request => rest::tokens::list;
    Delete delete "/v1/tokens/{token}", "tokens.revoke", Tenant Request => rest::tokens::revoke;

    Get get "/v1/schema", "schema.read", Tenant Request => rest::schema::read;
    Get get "/v1/schema/removed", "schema.removed", Tenant Request => rest::schema::removed;
    Post post "/v1/schema/plan", "schema.plan", Tenant Request => rest::schema::plan;
    Post post "/v1/schema/apply", "schema.apply", Tenant Request => rest::schema::apply;
    Get get "/v1/schema/compare", "schema.compare", Tenant Request => rest::schema::compare;
    Get get "/v1/schema/versions", "schema.versions", Tenant Request => rest::schema::versions;
    Post post "/v1/schema/objects", "objects.create", Tenant Request => rest::objects::create;
    Get get "/v1/schema/objects", "objects.list", Tenant Request => rest::objects::list;
    Get get "/v1/schema/objects/{object}", "objects.read", Tenant Request => rest::objects::read;
    Patch patch "/v1/schema/objects/{object}", "objects.update", Tenant Request => rest::objects::update;
    Delete delete "/v1/schema/objects/{object}", "objects.drop", Tenant Request => rest::objects::drop;
    Get get "/v1/schema/objects/{object}/storage", "objects.storage", Tenant Request => rest::objects::storage;
    Post post "/v1/schema/objects/{object}/restore", "objects.restore", Tenant Request => rest::objects::restore;
    Post post "/v1/schema/objects/{object}/fields", "fields.create", Tenant Request => rest::fields::create;
    Get get "/v1/schema/objects/{object}/fields/{field}", "fields.read", Tenant Request => rest::fields::read;
    Patch patch "/v1/schema/objects/{object}/fields/{field}", "fields.update", Tenant Request => rest::fields::update;
    Delete delete "/v1/schema/objects/{object}/fields/{field}", "fields.drop", Tenant Request => rest::fields::drop;
    Post post "/v1/schema/objects/{object}/fields/{field}/restore", "fields.restore", Tenant Request => rest::fields::restore;
    Get get "/v1/schema/objects/{object}/fields/{field}/usage", "fields.usage", Tenant Request => rest::fields::usage;
    Post post "/v1/schema/objects/{object}/keys", "keys.create", Tenant Request => rest::keys::create;
    Patch patch "/v1/schema/objects/{object}/keys/{key}", "keys.update", Tenant Request => rest::keys::update;
    Delete delete "/v1/schema/objects/{object}/keys/{key}", "keys.drop", Tenant Request => rest::keys::drop;
    Post post "/v1/schema/objects/{object}/matching", "matching.create", Tenant Request => rest::matching::create;
    Delete delete "/v1/schema/objects/{object}/matching/{matching}", "matching.drop", Tenant Request => rest::matching::drop;
    Post post "/v1/schema/objects/{object}/rules", "rules.create", Tenant Request => rest::rules::create;
    Patch patch "/v1/schema/objects/{object}/rules/{rule}", "rules.update", Tenant Request => rest::rules::update;
    Delete delete "/v1/schema/objects/{object}/rules/{rule}", "rules.drop", Tenant Request => rest::rules::drop;

    Post post "/v1/schema/objects/{object}/actions", "actions.create", Tenant Request => rest::actions::create;
    Patch patch "/v1/schema/objects/{object}/actions/{action}", "actions.update", Tenant Request => rest::actions::update;
    Delete delete "/v1/schema/objects/{object}/actions/{action}", "actions.drop", Tenant Request => rest::actions::drop;

    Get get "/v1/schema/tasks", "tasks.list", Tenant Request => rest::tasks::list;
    Get get "/v1/schema/tasks/{task}", "tasks.read", Tenant Stream => rest::tasks::read;
    Post post "/v1/schema/tasks/{task}/retry", "tasks.retry", Tenant Request => rest::tasks::retry;

    Post post "/v1/records/{object}", "records.create", Tenant Request => rest::records::create;
    Get get "/v1/records/{object}", "records.list", Tenant Request => rest::records::list;
    Get get "/v1/records/{object}/{id}", "records.read", Tenant Request => rest::records::read;
    Patch patch "/v1/records/{object}/{id}", "records.update", Tenant Request => rest::records::update;
    Delete delete "/v1/records/{object}/{id}", "records.delete", Tenant Request => rest::records::delete;
    Post post "/v1/records/{object}/{id}/restore", "records.restore", Tenant Request => rest::records::restore;
    Post post "/v1/records/{object}/{id}/actions/{action}", "actions.call", Tenant Request => rest::actions::call;
    Get get "/v1/records/{object}/{id}/history", "records.history", Tenant Request => rest::records::history;
    Get get "/v1/records/{object}/{id}/timeline/{field}", "records.timeline", Tenant Request => rest::records::timeline;
    Post post "/v1/records/{object}/{id}/merge", "records.merge", Tenant Request => rest::records::merge;
    Get get "/v1/records/{object}/{id}/duplicates", "records.duplicates", Tenant Request => rest::duplicates::of_record;
    Post post "/v1/records/{object}/duplicates", "records.check", Tenant Request => rest::duplicates::check;
    Put put "/v1/records/{object}/by/{field}/{value}", "records.upsert", Tenant Request => rest::records::upsert;
    Put put "/v1/records/{object}/by-source/{system}/{source_object}/{source_id}", "records.upsert_source", Tenant Request => rest::records::upsert_source;
    Get get "/v1/records/{object}/by-source/{system}/{source_object}/{source_id}", "records.read_source", Tenant Request => rest::records::read_source;
    Get get "/v1/trash/{object}", "trash.list", Tenant Request => rest::trash::list;
    Post post "/v1/query", "query.run", Tenant Request => rest::query::run;
    Post post "/v1/batch", "batch.submit", Tenant Request => rest::batch::submit;

    Post post "/v1/imports/infer", "imports.infer", Tenant Request => rest::imports::infer;

    Post post "/v1/jobs", "jobs.create", Tenant Request => rest::jobs::create;
    Get get "/v1/jobs", "jobs.list", Tenant Request => rest::jobs::list;
    Get get "/v1/jobs/{job}", "jobs.read", Tenant Stream => rest::jobs::read;
    Delete delete "/v1/jobs/{job}", "jobs.delete", Tenant Request => rest::jobs::delete;
    Put put "/v1/jobs/{job}/files/{file}/parts/{part}", "jobs.upload", Tenant Transfer => rest::jobs::upload;
    Get get "/v1/jobs/{job}/files", "jobs.files", Tenant Request => rest::jobs::files;
    Get get "/v1/jobs/{job}/files/{file}", "jobs.content", Tenant Transfer => rest::jobs::content;
    Post post "/v1/jobs/{job}/start", "jobs.start", Tenant Request => rest::jobs::start;
    Post post "/v1/jobs/{job}/cancel", "jobs.cancel", Tenant Request => rest::jobs::cancel;
    Get get "/v1/jobs/{job}/results", "jobs.results", Tenant Transfer => rest::jobs::results;

    Get get "/v1/duplicates", "duplicates.list", Tenant Request => rest::duplicates::list;
    Post post "/v1/duplicates/scan", "duplicates.scan", Tenant Request => rest::duplicates::scan;
    Post post "/v1/duplicates/{first}/{second}/dismiss", "duplicates.dismiss", Tenant Request => rest::duplicates::dismiss;

    Get get "/v1/changes", "changes.read", Tenant Stream => rest::changes::read;
    Get get "/v1/cursors", "cursors.list", Tenant Request => rest::cursors::list;
    Get get "/v1/cursors/{name}", "cursors.read", Tenant Request => rest::cursors::read;
    Put put "/v1/cursors/{name}", "cursors.put", Tenant Request => rest::cursors::put;
    Delete delete "/v1/cursors/{name}", "cursors.delete", Tenant Request => rest::cursors::delete;
    Post post "/v1/verify", "verify.page", Tenant Request => rest::verify::page;
}

#[cfg(test)]
mod tests {
    use super::ROUTES;

    #[test]
    fn names_each_route_once() {
        for (index, route) in ROUTES.iter().enumerate() {
            for other in &ROUTES[..index] {
                assert!(other.operation != route.operation, "{route:?}");
                assert!((other.path, other.method) != (route.path, route.method), "{route:?}");
            }
        }
    }
}
