//! Documents that were made before. A large schema makes a large document, and tools
//! ask for it again and again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use kith_engine::Session;
use kith_model::id::TenantId;
use kith_model::journal::SchemaVersion;

use crate::openapi::document;
use crate::problem::Problem;

/// Bytes of all documents kept: a small part of what a tenant's catalog takes.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Documents by tenant and schema version, those asked for last at the end.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<VecDeque<Kept>>);

struct Kept {
    tenant: TenantId,
    version: SchemaVersion,
    text: Bytes,
}

impl Shelf {
    /// The document of a session's tenant, made if it is not here. With thousands of
    /// objects that takes a while, which is not for the threads that serve requests.
    pub(crate) async fn of(&self, session: &Session) -> Result<Bytes, Problem> {
        let (tenant, catalog) = (session.tenant_id(), session.catalog());
        let version = catalog.version();
        if let Some(text) = self.find(tenant, version) {
            return Ok(text);
        }
        let make = move || Bytes::from(document::of_tenant(tenant, &catalog).to_string());
        let made = tokio::task::spawn_blocking(make).await;
        let text = made.map_err(|_| Problem::internal("the document could not be made"))?;
        self.keep(Kept { tenant, version, text: text.clone() });
        Ok(text)
    }

    fn find(&self, tenant: TenantId, version: SchemaVersion) -> Option<Bytes> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index =
            kept.iter().position(|document| document.tenant == tenant && document.version == version)?;
        let found = kept.remove(index)?;
        let text = found.text.clone();
        kept.push_back(found);
        Some(text)
    }

    fn keep(&self, document: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.tenant != document.tenant);
        kept.push_back(document);
        let mut bytes: usize = kept.iter().map(|document| document.text.len()).sum();
        // The one that was just made stays, however large it is.
        while bytes > BYTES_MAX && kept.len() > 1 {
            bytes -= kept.pop_front().map_or(0, |oldest| oldest.text.len());
        }
    }
}
