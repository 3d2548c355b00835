//! Ids of merged records where a list is asked for: each stands for the record that took
//! it in, as everywhere else.

use kith_model::id::TenantId;
use kith_model::value::{Link, Value};
use kith_store::{Filter, Result, Store};

/// Makes filters by merged records filters by those that they stand for.
///
/// # Errors
/// When the store fails.
pub(super) async fn follow(store: &Store, tenant: TenantId, filters: &mut [Filter]) -> Result<()> {
    for filter in filters {
        let Filter::Equals(_, Value::Link(link)) = filter else { continue };
        if let Some(into) = store.merged_into(tenant, link.id).await?.value {
            *link = Link { id: into, ..*link };
        }
    }
    Ok(())
}
