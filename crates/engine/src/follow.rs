//! The follower: stored computed fields that read through references are evaluated
//! afresh when the records they refer to have changed.
//!
//! It reads the journal from a position that it keeps, as any consumer does, and writes
//! through the lane, as any caller does. Evaluating again changes nothing, so what was
//! read twice after a crash does no harm.

mod affected;
mod bring;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kith_model::journal::{Position, TenantState};
use kith_model::schema::FOLLOWER;
use kith_store::Seen;

use crate::background::{Pace, lease, lease_over};
use crate::engine::Engine;
use crate::error::Result;
use crate::position::AtLeast;
use crate::tenant::Tenant;

/// Changes read from the journal in one go.
const PAGE: u32 = 1_000;

/// What comes within this time is read together.
const GATHER: Duration = Duration::from_millis(5);

/// How long the follower waits for news before it rests.
const LINGER: Duration = Duration::from_secs(1);

/// How often its place is written down while it finds nothing to do.
const KEEP_EVERY: Duration = Duration::from_secs(2);

/// Begins to follow, unless this process does so already or nothing is to be followed.
pub(crate) fn wake(engine: &Engine, tenant: &Arc<Tenant>) {
    if !tenant.catalog().has_dependents() || tenant.background.is_following.swap(true, Ordering::AcqRel) {
        return;
    }
    let (services, tenant) = (engine.clone(), tenant.clone());
    let engine = engine.clone();
    services.services().keep(tokio::spawn(async move {
        let mut closing = engine.closing();
        let is_behind = tokio::select! {
            done = run(&engine, &tenant) => done.unwrap_or_else(|error| {
                tracing::warn!(tenant = %tenant.id, error = ?error, "computed fields are not followed for a while");
                false
            }),
            _ = closing.wait_for(|closing| *closing) => false,
        };
        tenant.background.is_following.store(false, Ordering::Release);
        if *closing.borrow() {
            return;
        }
        // What was written between the last look and now has woken nobody.
        if is_behind || tenant.head().last_position > tenant.background.followed() && is_ours(&tenant) {
            wake(&engine, &tenant);
        }
    }));
}

/// Whether this process has followed the tenant up to some place.
fn is_ours(tenant: &Tenant) -> bool {
    tenant.background.followed() > Position(0)
}

/// Follows until there is no news for a while; whether there is some by now.
async fn run(engine: &Engine, tenant: &Arc<Tenant>) -> Result<bool> {
    let Some(mut at) = tenant.store.lease_follower(tenant.id, FOLLOWER, lease(engine)).await? else {
        // Another node follows, or there is nothing to follow after all.
        tenant.background.followed.store(0, Ordering::Release);
        return Ok(false);
    };
    let mut kept = Kept { at, when: Instant::now() };
    let mut head = tenant.watch();
    let mut pace = Pace::new();
    loop {
        head.mark_unchanged();
        let read = |_| tenant.store.changes(tenant.id, at, PAGE);
        let (catalog, Seen { state, value: entries }) = tenant.read(&AtLeast(None), read).await?;
        if !catalog.has_dependents() {
            return Ok(false);
        }
        let affected = affected::affected(&catalog, &entries);
        let is_moved = !affected.is_empty();
        bring::up_to_date(engine, tenant, &catalog, affected, &mut pace).await?;
        at = entries.last().map_or_else(|| end_of(&state, at), |entry| entry.transaction.last);
        tenant.background.followed.store(at.0, Ordering::Release);
        let is_at_end = at >= state.last_position;
        if (is_moved || kept.when.elapsed() >= KEEP_EVERY) && !keep(engine, tenant, at, &mut kept).await? {
            return Ok(false);
        }
        if !is_at_end {
            continue;
        }
        if tokio::time::timeout(LINGER, head.changed()).await.is_err() {
            let over = lease_over(engine);
            tenant.store.move_follower(tenant.id, FOLLOWER, at, over).await?;
            return Ok(tenant.head().last_position > at);
        }
        tokio::time::sleep(GATHER).await;
    }
}

/// What retention has removed is passed over: the fields were filled since.
fn end_of(state: &TenantState, at: Position) -> Position {
    at.max(state.last_position)
}

/// What was last written down.
struct Kept {
    at: Position,
    when: Instant,
}

/// Writes down how far the follower is; whether it is still this node's.
async fn keep(engine: &Engine, tenant: &Tenant, at: Position, kept: &mut Kept) -> Result<bool> {
    if at == kept.at && kept.when.elapsed() < KEEP_EVERY {
        return Ok(true);
    }
    *kept = Kept { at, when: Instant::now() };
    Ok(tenant.store.move_follower(tenant.id, FOLLOWER, at, lease(engine)).await?)
}

/// How far the computed fields over other records are, and how far behind.
///
/// # Errors
/// When the store fails.
pub(crate) async fn lag(tenant: &Tenant) -> Result<Option<(Position, i64)>> {
    let Seen { state, value } = tenant.store.follower(tenant.id, FOLLOWER).await?;
    let Some(position) = value else { return Ok(None) };
    let position = position.max(tenant.background.followed()).min(state.last_position);
    Ok(Some((position, state.last_position.0 - position.0)))
}
