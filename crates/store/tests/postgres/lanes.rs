//! The tenant's row, between lanes and nodes; hints.

use std::time::Duration;

use kith_model::journal::Position;
use kith_store::{Error, PostgresOptions, Store};

use crate::world::{COMPANY, World, company_row};

#[tokio::test]
async fn positions_have_no_gaps_whoever_writes() {
    let world = World::new().await;
    let before = world.store.state(world.tenant).await.unwrap().last_position;
    let writes = (0..40_u128).map(|number| world.insert(COMPANY, vec![company_row(100 + number, "x")]));
    let mut positions = futures_util::future::try_join_all(writes).await.unwrap();
    positions.sort_unstable();
    let wanted: Vec<_> = (1..=40).map(|offset| Position(before.0 + offset)).collect();
    assert_eq!(positions, wanted);
}

#[tokio::test]
async fn a_dropped_transaction_gives_the_row_back() {
    let world = World::new().await;
    for _ in 0..10 {
        let (writing, _) = world.store.grant(world.tenant).await.unwrap();
        drop(writing);
    }
    world.insert(COMPANY, vec![company_row(1, "x")]).await.unwrap();
}

#[tokio::test]
async fn reads_go_on_while_lanes_wait() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "x")]).await.unwrap();
    let (held, _) = world.store.grant(world.tenant).await.unwrap();
    let waiting = (0..10).map(|_| {
        let (store, tenant) = (world.store.clone(), world.tenant);
        tokio::spawn(async move { store.grant(tenant).await.map(drop) })
    });
    let waiting: Vec<_> = waiting.collect();
    tokio::task::yield_now().await;
    let read = tokio::time::timeout(Duration::from_secs(5), world.row(COMPANY, crate::world::id(1))).await;
    assert!(read.unwrap().is_some());
    held.rollback().await;
    for lane in waiting {
        lane.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_exhausted_pool_says_so() {
    let world = World::new().await;
    // Two of the four connections are for writes, and this tenant's row is held.
    let (_held, _) = world.store.grant(world.tenant).await.unwrap();
    let store = world.store.clone();
    let tenant = world.tenant;
    let _waiting = tokio::spawn(async move { store.grant(tenant).await.map(drop) });
    tokio::task::yield_now().await;
    let refused = world.store.grant(world.tenant).await.map(drop);
    let Err(Error::Unavailable(source)) = refused else { panic!("{refused:?}") };
    assert!(source.to_string().contains("exhausted"), "{source}");
}

#[tokio::test]
async fn hints_reach_other_nodes() {
    let world = World::bare().await;
    let other = Store::open_postgres(PostgresOptions::new(world.url.clone())).await.unwrap();
    let mut hints = other.listen().await.unwrap().unwrap();
    // A hint may come before anyone listens; it is told again until it is heard.
    let heard = loop {
        world.store.notify(vec![(world.tenant, Position(7))]).await.unwrap();
        if let Ok(heard) = tokio::time::timeout(Duration::from_millis(50), hints.recv()).await {
            break heard;
        }
    };
    assert_eq!(heard, Some((world.tenant, Position(7))));
}
