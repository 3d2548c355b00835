//! Looking at the records before a unique key is asked for, so that nobody waits while
//! the write finds out that they are in its way.

use kith_model::catalog::{Catalog, Definition, Key};
use kith_model::journal::SchemaVersion;
use kith_model::operation::SchemaWork;
use kith_model::schema::{self, SchemaChange, Step};

use crate::clock;
use crate::error::{Error, Result};
use crate::session::Session;

/// Refuses unique keys that records of large objects are in the way of.
///
/// # Errors
/// `data_conflict`, one fault for each group of records that share a value.
pub(crate) async fn unique_keys(session: &Session, work: &SchemaWork) -> Result<()> {
    let tenant = &session.tenant;
    let mut faults = Vec::new();
    for change in &work.changes {
        // What is decided here is decided again in the lane; its faults are told there.
        let Some((definition, key)) = asked_for(&tenant.catalog(), change) else { continue };
        match tenant.store.duplicates(tenant.id, &definition, &key).await {
            Ok(seen) => faults.extend(seen.value),
            // The lane looks as well, however long it takes.
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "a key was not looked at before"),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::from(faults)) }
}

/// The unique key that a change makes over columns that are there already.
fn asked_for(catalog: &Catalog, change: &SchemaChange) -> Option<(Definition, Key)> {
    if !matches!(change, SchemaChange::CreateKey { .. }) {
        return None;
    }
    let next = SchemaVersion(catalog.version().0 + 1);
    let decision = schema::decide(catalog, change, next, clock::now()).ok()?;
    match decision.steps.as_slice() {
        [Step::CreateKey { object, key }] if key.unique => Some((Definition::clone(object), key.clone())),
        _ => None,
    }
}
