//! Crashes: the real binary is killed at random moments while clients write and follow,
//! on PostgreSQL the database too, and afterwards everything must be as it was answered.
//!
//! `KITH_CRASH_ROUNDS` sets how often it is killed, `KITH_SEED` repeats a run (as far as
//! the machine lets it: when exactly a process dies is not ours to say).

mod audit;
mod follower;
mod requests;
pub(crate) mod site;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kith_testing::{Server, each_db};
use serde_json::json;

use crate::crm;
use crate::dice::{Dice, setting};
use crate::report::report;
use site::Site;
use writer::Writer;

each_db!(loses_nothing_when_it_is_killed);

const ROUNDS: u64 = 12;
const WRITERS: usize = 6;

/// How long the server may live between two kills, in milliseconds.
const LIFE_MS: [usize; 2] = [50, 900];

async fn loses_nothing_when_it_is_killed(server: Server) {
    let engine = server.database().engine();
    // A process of the real binary takes its place.
    server.stop().await;
    let (seed, rounds) = (setting("KITH_SEED", 2026), setting("KITH_CRASH_ROUNDS", ROUNDS));
    report(&format!("{engine:?}: seed {seed}, {rounds} rounds"));
    let mut dice = Dice::new(seed);
    let mut site = Site::open(engine).await;
    let tenant = site.tenant().await;
    crm::define(&tenant).await;
    let mut companies = Vec::new();
    for number in 0..4 {
        companies.push(tenant.make("company", json!({ "name": format!("company {number}") })).await);
    }
    let over = Arc::new(AtomicBool::new(false));
    let start = tenant.mark().await;
    let streaming = tokio::spawn(follower::stream(site.door(), over.clone(), start));
    let polling = tokio::spawn(follower::poll(site.door(), over.clone(), start));
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let writer = Writer::new(number, site.door(), dice.split(), companies.clone());
            tokio::spawn(writer.work(done.clone()))
        })
        .collect();
    let began = Instant::now();
    for round in 1..=rounds {
        let life = LIFE_MS[0] + dice.below(LIFE_MS[1] - LIFE_MS[0]);
        tokio::time::sleep(Duration::from_millis(u64::try_from(life).unwrap())).await;
        let what = site.crash(&mut dice).await;
        report(&format!("{:?}: round {round}: killed {what} after {life} ms", began.elapsed()));
    }
    done.store(true, Ordering::Relaxed);
    let mut ledgers = Vec::new();
    for writer in writers {
        ledgers.push(writer.await.expect("a writer sees what it was promised"));
    }
    over.store(true, Ordering::Relaxed);
    let tenant = site.now();
    let end = tenant.mark().await;
    tenant.make("company", json!({ "name": "the last one" })).await;
    let streamed = streaming.await.expect("the stream has neither gap nor repeat");
    let polled = polling.await.expect("the long poll has neither gap nor repeat");
    for seen in [streamed, polled] {
        audit::transcript(&tenant, start, &seen).await;
    }
    audit::records(&tenant, &ledgers, &companies).await;
    audit::journal(&tenant, start, &ledgers).await;
    tenant.verify().await;
    let acknowledged: usize = ledgers.iter().map(|ledger| ledger.acks.len()).sum();
    let repeated: usize = ledgers.iter().map(|ledger| ledger.repeated).sum();
    let replayed: usize = ledgers.iter().map(|ledger| ledger.replayed).sum();
    report(&format!(
        "{:?}: {acknowledged} writes to position {end}, {repeated} lost answers, {replayed} of them done before the kill",
        began.elapsed()
    ));
    assert!(acknowledged > 100, "only {acknowledged} writes were done: nothing was tested");
}
