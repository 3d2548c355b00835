//! Property tests: random operations on a plain model in memory and on Kith, which must
//! give the same answers, records and journal, on both databases.
//!
//! `KITH_SEED` repeats a run, `KITH_PROPERTY_RUNS` and `KITH_PROPERTY_STEPS` make it
//! longer. A failing run is shortened before it is shown.

mod apply;
mod audit;
mod check;
mod definitions;
mod generate;
mod model;
mod operation;
mod play;
mod removal;
mod rollup;
mod universe;
mod wire;

use kith_testing::{Database, Engine, Server, each_db};

use crate::dice::{Dice, setting};
use crate::report::report;

each_db!(does_what_the_model_does, does_at_once_what_it_does_in_order);

async fn does_what_the_model_does(server: Server) {
    run(&[server], 1, 4, 250, 0).await;
}

/// Requests are sent side by side, so that they meet in one batch.
async fn does_at_once_what_it_does_in_order(server: Server) {
    run(&[server], 1001, 4, 120, 60).await;
}

#[test]
fn both_databases_answer_alike() {
    kith_testing::run(Engine::Postgres, async |postgres: Server| {
        let sqlite = Server::start(Database::fresh(Engine::Sqlite).await).await;
        run(&[sqlite.clone(), postgres], 2001, 3, 200, 0).await;
        sqlite.finish().await;
    });
}

async fn run(servers: &[Server], seed: u64, runs: u64, steps: u64, burst_percent: usize) {
    let seed = setting("KITH_SEED", seed);
    let steps = usize::try_from(setting("KITH_PROPERTY_STEPS", steps)).unwrap();
    for seed in seed..seed + setting("KITH_PROPERTY_RUNS", runs) {
        let steps = generate::steps(&mut Dice::new(seed), steps, burst_percent);
        let requests: usize = steps.iter().map(Vec::len).sum();
        match play::play(servers, &steps).await {
            Ok(model) => report(&format!(
                "KITH_SEED={seed}: {requests} requests made {} transactions, {} records live, {} in the trash",
                model.journal.len(),
                model.records.len(),
                model.trash.len(),
            )),
            Err(failure) => {
                let shortest = play::shortened(servers, &steps, failure).await;
                panic!("KITH_SEED={seed} {shortest}");
            }
        }
    }
}
