//! Where a plan leads: a document, an earlier version, or a template.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault};
use kith_model::journal::SchemaVersion;
use kith_model::schema::{Desired, Mode, Plan, document_from, plan, template};
use kith_store::Seen;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::error::{Error, Result};
use crate::position::AtLeast;
use crate::schema::versions::schema_at;
use crate::session::Session;

/// Where a plan leads.
#[derive(Clone, PartialEq, Debug)]
pub enum Aim {
    /// A schema as a whole.
    Document(Map<String, Json>),
    /// The schema as it was at a version.
    Version(SchemaVersion),
    /// A template of Kith's, added to what there is.
    Template(String),
}

/// A plan with the catalog it begins at, and its id.
pub(super) struct Planned {
    pub(super) base: Arc<Catalog>,
    pub(super) plan: Plan,
    pub(super) id: String,
}

/// The catalog in force, with the tenant's state.
pub(super) async fn in_force(session: &Session, at_least: &AtLeast) -> Result<(Arc<Catalog>, Seen<()>)> {
    let tenant = &session.tenant;
    let read = |_| async {
        let state = tenant.store.state(tenant.id).await?;
        Ok(Seen { state, value: () })
    };
    tenant.read(at_least, read).await
}

/// Plans the way from a catalog. It takes a while for large schemas, and so a thread where
/// that holds up nobody.
pub(super) async fn plan_from(session: &Session, base: Arc<Catalog>, aim: Aim) -> Result<Planned> {
    let (document, mode, pointer) = match aim {
        Aim::Document(document) => (document, Mode::Whole, "/document"),
        Aim::Version(version) => {
            let then = schema_at(session, &AtLeast::default(), version).await?.value;
            (document_from(&base, &then), Mode::Whole, "/version")
        }
        Aim::Template(name) => {
            let document = template(&name).map_err(|fault| fault.at("template"))?;
            (document, Mode::Template, "/template")
        }
    };
    let at = clock::now();
    let task = tokio::task::spawn_blocking(move || {
        let plan = plan(&base, Desired { document: &document, mode, pointer }, at)?;
        let id = identify(&plan);
        Ok(Planned { base, plan, id })
    });
    task.await.map_err(Error::internal)?
}

/// What a plan does, from which version, in a few letters: another plan has another id.
fn identify(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    for step in &plan.steps {
        hash.update(step.action.as_bytes());
        hash.update([0]);
        hash.update(step.account.to_string().as_bytes());
        hash.update([0]);
    }
    let digest: String = hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("plan_{}_{digest}", plan.base.0)
}

/// The version that a plan of this id begins at.
pub(super) fn base_of(id: &str) -> Result<SchemaVersion> {
    let mut parts = id.split('_').skip(1);
    let base = parts.next().and_then(|text| text.parse().ok()).map(SchemaVersion);
    match base.filter(|_| id.starts_with("plan_")) {
        Some(base) => Ok(base),
        None => {
            let fault = Fault::new(Code::InvalidValue, "this is not the id of a plan").at("plan");
            Err(fault.hint("POST /v1/schema/plan answers one").into())
        }
    }
}
