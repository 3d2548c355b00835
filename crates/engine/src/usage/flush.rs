//! Writing uses down, and forgetting old ones.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_model::id::{ObjectNo, TenantId, TokenId};
use kith_model::limits::USAGE_DAYS;
use kith_model::time::Timestamp;
use kith_model::usage::{Use, UseKind};

use super::{Tallies, Usage};
use crate::clock;
use crate::engine::Engine;

/// How often uses are written down: what a crash may lose of them.
const FLUSH_EVERY: Duration = Duration::from_secs(30);

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// The day of a time, since 1970-01-01.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY_MICROS)
}

/// Writes uses down every now and then.
pub(crate) async fn run(engine: &Engine) {
    loop {
        tokio::time::sleep(FLUSH_EVERY).await;
        flush(engine).await;
    }
}

/// Writes down what was counted so far.
pub(crate) async fn flush(engine: &Engine) {
    write_down(engine, engine.usage().take(|_| true)).await;
}

/// Writes down what was counted of one tenant so far.
pub(crate) async fn flush_tenant(engine: &Engine, tenant: TenantId) {
    write_down(engine, engine.usage().take(|other| other == tenant)).await;
}

async fn write_down(engine: &Engine, all: HashMap<TenantId, Vec<Use>>) {
    let usage = engine.usage();
    let today = day_of(clock::now());
    for (tenant, mut uses) in all {
        // In one order on every node: two that write the same rows then never wait for
        // each other in a circle.
        uses.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        if let Err(error) = engine.store().add_uses(tenant, uses).await {
            tracing::warn!(tenant = %tenant, error = ?error, "uses of fields could not be written down");
            continue;
        }
        if usage.sweeps(tenant, today)
            && let Err(error) = engine.store().forget_uses(tenant, today - USAGE_DAYS).await
        {
            tracing::warn!(tenant = %tenant, error = ?error, "old uses of fields could not be removed");
        }
    }
}

fn key(each: &Use) -> (ObjectNo, u32, i64, &str, UseKind, &str) {
    (each.object, each.field.0, each.day, &each.token, each.kind, &each.name)
}

impl Usage {
    /// Everything that was counted of some tenants.
    fn take(&self, is_asked: impl Fn(TenantId) -> bool) -> HashMap<TenantId, Vec<Use>> {
        let mut all: HashMap<TenantId, Vec<Use>> = HashMap::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let taken: Vec<_> = shard.extract_if(|(tenant, _, _), _| is_asked(*tenant)).collect();
            drop(shard);
            for ((tenant, token, object), tallies) in taken {
                let count = tallies.fields.len() + tallies.names.len();
                self.held.fetch_sub(count.min(self.held.load(Ordering::Relaxed)), Ordering::Relaxed);
                all.entry(tenant).or_default().extend(uses(token, object, tallies));
            }
        }
        all
    }

    /// Whether a tenant's old uses are to be removed: once a day.
    fn sweeps(&self, tenant: TenantId, today: i64) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        swept.insert(tenant, today) != Some(today)
    }
}

fn uses(token: TokenId, object: ObjectNo, tallies: Tallies) -> Vec<Use> {
    let Tallies { fields, names, last_at } = tallies;
    let last_at = Timestamp(last_at);
    let one = |field, kind, name: String, uses| Use {
        day: day_of(last_at),
        token: token.to_string(),
        object,
        field,
        kind,
        name,
        uses,
        last_at,
    };
    // A name's own row has the text; the row of its count alone says nothing more.
    let fields = fields.into_iter().filter(|((_, kind), _)| *kind != UseKind::Alias);
    let fields = fields.map(|((field, kind), count)| one(field, kind, String::new(), count));
    let names =
        names.into_iter().map(|((field, name), count)| one(field, UseKind::Alias, name.into(), count));
    fields.chain(names).collect()
}
