//! The end of an export: the schema of what was written, and a list of all files by which a
//! receiver can tell that it has them all, and whole.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::job::Job;
use kith_model::schema::document;
use kith_store::FileDirection;
use serde_json::{Value as Json, json};

use super::ask::Asked;
use super::course::{Course, Leg};
use super::file::{Growing, describe};
use crate::error::Result;
use crate::tenant::Tenant;

/// The name of the list of files: it is the last one written.
pub(super) const MANIFEST: &str = "manifest.json";

/// The name of the objects' definitions.
pub(super) const SCHEMA: &str = "schema.json";

const JSON: &str = "application/json";

/// Writes both; answers false when the job is not under way any more.
pub(super) async fn finish(tenant: &Arc<Tenant>, job: &Job, asked: &Asked, course: &Course) -> Result<bool> {
    let catalog = tenant.catalog();
    let definitions: Vec<Json> = course
        .objects
        .iter()
        .filter_map(|leg| catalog.object(leg.object))
        .map(|object| document(object.definition(), &catalog))
        .collect();
    let schema = json!({ "version": course.at.schema_version, "objects": definitions });
    if !write(tenant, job, SCHEMA, &schema).await? {
        return Ok(false);
    }
    let manifest = manifest(tenant, job, asked, course, &catalog).await?;
    write(tenant, job, MANIFEST, &manifest).await
}

async fn write(tenant: &Arc<Tenant>, job: &Job, name: &str, document: &Json) -> Result<bool> {
    let mut file = Growing::begin(tenant, job.id, name.to_owned(), JSON)?;
    let mut text = format!("{document:#}");
    text.push('\n');
    file.put(text.into_bytes(), 0).await?;
    Ok(file.finish().await?.is_some())
}

async fn manifest(
    tenant: &Arc<Tenant>,
    job: &Job,
    asked: &Asked,
    course: &Course,
    catalog: &Catalog,
) -> Result<Json> {
    let parts = tenant.store.job_files(tenant.id, job.id).await?.value;
    let outputs = parts.iter().filter(|part| part.direction == FileDirection::Output && part.is_complete);
    let files = outputs.filter(|part| part.name != MANIFEST).map(describe);
    let object = |leg: &Leg| {
        let Leg { object, shape: _, rows, deleted, purged, files } = leg;
        let name = catalog.definition(*object).map(|object| object.name.clone());
        json!({
            "object": name, "files": files, "rows": rows, "deleted": deleted, "purged_since": purged,
        })
    };
    Ok(json!({
        "job": job.id,
        "tenant": tenant.id,
        "history": course.at.history,
        "position": course.at.position,
        "at": course.at.time.to_string(),
        "since": asked.since.map(|since| since.position),
        "schema_version": course.at.schema_version,
        "format": asked.format,
        "compression": asked.compression,
        "objects": course.objects.iter().map(object).collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "rows": course.rows(),
        "deleted": course.deleted(),
    }))
}
