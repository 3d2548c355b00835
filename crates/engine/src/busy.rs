//! Tenants with work of Kith's own to be done: a note of them is kept beside the tenants, so
//! that the work goes on after a crash though nobody calls them.

use std::sync::Arc;

use kith_model::id::TenantId;

use crate::background;
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// Tenants that are looked at together.
const PAGE: u32 = 100;

/// Notes that a tenant has work to be done.
pub(crate) async fn note(tenant: &Tenant) -> Result<()> {
    Ok(tenant.store.put_busy(tenant.id).await?)
}

/// Takes the note away, unless there is work after all.
pub(crate) async fn clear(tenant: &Tenant) -> Result<()> {
    if background::has_tasks(&tenant.catalog()) {
        return Ok(());
    }
    tenant.store.remove_busy(tenant.id).await?;
    // Whoever set a job going meanwhile noted it before that.
    if tenant.store.has_running_jobs(tenant.id).await? {
        note(tenant).await?;
    }
    Ok(())
}

/// Sees to the work of the tenants that are noted, whether they are open here or not.
pub(crate) async fn look(engine: &Engine) -> Result<()> {
    let mut after: Option<TenantId> = None;
    loop {
        let ids = engine.store().busy_tenants(after, PAGE).await?;
        for id in &ids {
            let tenant: Arc<Tenant> = match engine.registry().get(*id).await {
                Ok(tenant) => tenant,
                Err(error) => {
                    tracing::warn!(tenant = %id, error = ?error, "a tenant with work to do was not opened");
                    continue;
                }
            };
            background::resume(engine, &tenant);
        }
        match ids.last() {
            Some(last) if ids.len() >= PAGE as usize => after = Some(*last),
            _ => return Ok(()),
        }
    }
}
