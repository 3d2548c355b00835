//! Documents that were made before. A large schema makes a large document, and tools
//! ask for it again and again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use kith_engine::Session;
use kith_model::id::TenantId;
use kith_model::journal::SchemaVersion;

use crate::openapi::document;

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
    /// The document of a session's tenant, made if it is not here.
    pub(crate) fn of(&self, session: &Session) -> Bytes {
        let (tenant, catalog) = (session.tenant_id(), session.catalog());
        if let Some(text) = self.find(tenant, catalog.version()) {
            return text;
        }
        let text = Bytes::from(document::of_tenant(tenant, &catalog).to_string());
        self.keep(Kept { tenant, version: catalog.version(), text: text.clone() });
        text
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
        while bytes > BYTES_MAX
            && let Some(oldest) = kept.pop_front()
        {
            bytes -= oldest.text.len();
        }
    }
}
