//! The journal as consumers read it, and its retention.

use kith_model::id::ObjectNo;
use kith_model::journal::{ChangeKind, Position};
use kith_model::time::Timestamp;

use crate::world::{COMPANY, CONTACT, World, company_row, id};

/// Transactions of 3, 1 and 4 changes: positions 1–3, 4, 5–8.
async fn journal() -> World {
    let mut world = World::bare().await;
    let definition = crate::world::company();
    let step = kith_model::schema::Step::CreateTable(Box::new(definition.clone()));
    world.change(definition, vec![step]).await.unwrap();
    world.insert(COMPANY, vec![company_row(1, "a"), company_row(2, "b")]).await.unwrap();
    world.insert(COMPANY, vec![company_row(3, "c")]).await.unwrap();
    let four = (4..8).map(|number| company_row(number, "d")).collect();
    world.insert(COMPANY, four).await.unwrap();
    world
}

/// First and last position of each transaction, and the positions of its changes.
async fn read(world: &World, after: i64, limit: u32) -> Vec<(i64, i64, Vec<i64>)> {
    let seen = world.store.changes(world.tenant, Position(after), limit).await.unwrap();
    assert_eq!(seen.state.last_position, Position(8));
    let entry = |entry: &kith_store::Entry| {
        let changes = entry.changes.iter().map(|change| change.position.0).collect();
        (entry.transaction.first.0, entry.transaction.last.0, changes)
    };
    seen.value.iter().map(entry).collect()
}

#[tokio::test]
async fn transactions_come_whole_and_at_least_one() {
    let world = journal().await;
    let (one, two, three, four) =
        ((1, 1, vec![1]), (2, 3, vec![2, 3]), (4, 4, vec![4]), (5, 8, vec![5, 6, 7, 8]));
    assert_eq!(read(&world, 0, 100).await, [one.clone(), two.clone(), three.clone(), four.clone()]);
    assert_eq!(read(&world, 0, 2).await, [one]);
    assert_eq!(read(&world, 1, 1).await[..], *std::slice::from_ref(&two));
    assert_eq!(read(&world, 1, 3).await, [two, three.clone()]);
    assert_eq!(read(&world, 2, 1).await, [(2, 3, vec![3])]);
    assert_eq!(read(&world, 3, 4).await, [three]);
    assert_eq!(read(&world, 4, 1).await, [four]);
    assert_eq!(read(&world, 6, 1).await, [(5, 8, vec![7, 8])]);
    assert_eq!(read(&world, 8, 10).await, []);
    assert_eq!(read(&world, 100, 10).await, []);
}

/// The same of some objects, and how far the journal was looked through.
async fn read_of(
    world: &World,
    objects: &[ObjectNo],
    after: i64,
    limit: u32,
) -> (Vec<(i64, i64, Vec<i64>)>, i64) {
    let seen =
        world.store.changes_of(world.tenant, objects.to_vec(), Position(after), limit).await.unwrap().value;
    let entry = |entry: &kith_store::Entry| {
        let changes = entry.changes.iter().map(|change| change.position.0).collect();
        (entry.transaction.first.0, entry.transaction.last.0, changes)
    };
    (seen.entries.iter().map(entry).collect(), seen.end.0)
}

#[tokio::test]
async fn changes_of_some_objects_come_in_whole_transactions() {
    let mut world = journal().await;
    let definition = crate::world::contact();
    let step = kith_model::schema::Step::CreateTable(Box::new(definition.clone()));
    world.change(definition, vec![step]).await.unwrap();
    let four = (5, 8, vec![5, 6, 7, 8]);
    let companies = [(1, 1, vec![1]), (2, 3, vec![2, 3]), (4, 4, vec![4]), four.clone()];
    let (both, one) = ([COMPANY, CONTACT], [COMPANY]);
    assert_eq!(read_of(&world, &one, 0, 100).await, (companies.to_vec(), 9));
    assert_eq!(read_of(&world, &one, 0, 2).await, (companies[..2].to_vec(), 3));
    assert_eq!(read_of(&world, &one, 4, 1).await, (vec![four.clone()], 8));
    assert_eq!(read_of(&world, &one, 6, 1).await, (vec![(5, 8, vec![7, 8])], 8));
    assert_eq!(read_of(&world, &one, 8, 5).await, (vec![], 9));
    assert_eq!(read_of(&world, &[CONTACT], 0, 5).await, (vec![(9, 9, vec![9])], 9));
    assert_eq!(read_of(&world, &both, 5, 5).await, (vec![(5, 8, vec![6, 7, 8]), (9, 9, vec![9])], 9));
    assert_eq!(read_of(&world, &[ObjectNo(99)], 0, 5).await, (vec![], 9));
}

#[tokio::test]
async fn transactions_are_found_by_any_of_their_positions() {
    let world = journal().await;
    let positions = [8, 2, 3, 5, 99].map(Position).to_vec();
    let found = world.store.transactions(world.tenant, positions).await.unwrap().value;
    let firsts: Vec<i64> = found.iter().map(|transaction| transaction.first.0).collect();
    assert_eq!(firsts, [2, 5]);
    assert_eq!(found[0].trace.as_deref(), Some("00-trace"));
    let history = world.store.history(world.tenant, id(3), Position(0), 10).await.unwrap().value;
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].0.first, history[0].1.kind), (Position(4), ChangeKind::RecordCreated));
}

#[tokio::test]
async fn retention_removes_changes_in_bounded_steps() {
    let world = journal().await;
    let at = world.store.transactions(world.tenant, vec![Position(5)]).await.unwrap().value[0].at;
    let retain = |before, limit| world.store.retain(world.tenant, before, limit);
    assert_eq!(retain(Timestamp(0), 10).await.unwrap(), 0);
    assert_eq!(retain(at, 2).await.unwrap(), 1);
    assert_eq!(retain(at, 10).await.unwrap(), 3);
    assert_eq!(retain(at, 10).await.unwrap(), 0);
    let state = world.store.state(world.tenant).await.unwrap();
    assert_eq!((state.first_position, state.last_position), (Position(5), Position(8)));
    assert_eq!(read(&world, 4, 10).await, [(5, 8, vec![5, 6, 7, 8])]);
    // One transaction that is larger than a step goes in pieces.
    assert_eq!(retain(Timestamp(i64::MAX / 2), 3).await.unwrap(), 3);
    assert_eq!(retain(Timestamp(i64::MAX / 2), 3).await.unwrap(), 1);
    assert_eq!(retain(Timestamp(i64::MAX / 2), 3).await.unwrap(), 0);
    // The transactions stay.
    assert_eq!(world.store.transactions(world.tenant, vec![Position(1)]).await.unwrap().value.len(), 1);
    // Positions go on.
    assert_eq!(world.insert(COMPANY, vec![company_row(20, "e")]).await.unwrap(), Position(9));
}
