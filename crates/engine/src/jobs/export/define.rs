//! An export as a job: what is kept of the request, and how the job shows it.

use kith_model::catalog::Catalog;
use kith_model::job::{Job, JobKind};
use serde_json::{Map, Value as Json, json};

use super::ask::Asked;
use crate::error::{Error, Result};
use crate::jobs::create::Defined;
use crate::session::Session;

/// Reads the request for an export.
///
/// # Errors
/// Every fault of it.
pub(in crate::jobs) async fn define(session: &Session, body: Map<String, Json>) -> Result<Defined> {
    session.tenant.refresh().await?;
    let (catalog, state) = (session.catalog(), session.tenant.head());
    let asked = Asked::of(&body, &catalog, &state)?;
    let about = asked.document(&catalog);
    Ok(Defined { kind: JobKind::Export, definition: json!(asked), about })
}

/// What was asked for, as the job shows it.
///
/// # Errors
/// When it cannot be read.
pub(in crate::jobs) fn shown(job: &Job, catalog: &Catalog) -> Result<Map<String, Json>> {
    Ok(asked(job)?.document(catalog))
}

/// What was asked for.
pub(super) fn asked(job: &Job) -> Result<Asked> {
    serde_json::from_str(&job.definition).map_err(Error::internal)
}
