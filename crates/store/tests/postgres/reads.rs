//! Point reads, pages, cursors.

use std::sync::Arc;

use futures_util::future::join_all;
use kith_model::id::TenantId;
use kith_model::journal::Position;
use kith_model::time::Timestamp;
use kith_model::value::Value;
use kith_store::{Cursor, Direction, Error, Filter, List, Order};
use uuid::Uuid;

use crate::world::{COMPANY, CONTACT, EMAIL, World, company_row, contact_row, id, text};

#[tokio::test]
async fn gathered_reads_each_get_their_own_record() {
    let world = World::new().await;
    let rows: Vec<_> = (1..=50).map(|number| company_row(number, &format!("c{number}"))).collect();
    let last = world.insert(COMPANY, rows).await.unwrap();
    let reads = (0..2_000_u128).map(|n| {
        let (number, world) = (n % 60 + 1, &world);
        async move {
            let seen = world.store.row(world.tenant, &world.catalog, COMPANY, id(number)).await.unwrap();
            assert_eq!(seen.state.last_position, last);
            let wanted = (number <= 50).then(|| company_row(number, &format!("c{number}")));
            assert_eq!(seen.value, wanted);
        }
    });
    join_all(reads).await;
}

#[tokio::test]
async fn who_gives_up_a_read_does_not_disturb_the_others() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "a")]).await.unwrap();
    let read = || world.store.row(world.tenant, &world.catalog, COMPANY, id(1));
    for _ in 0..50 {
        let (given_up, kept) = (read(), read());
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            _ = given_up => {}
        }
        assert!(kept.await.unwrap().value.is_some());
    }
}

#[tokio::test]
async fn lists_filter_and_page_either_way() {
    let world = World::new().await;
    let rows: Vec<_> = (1..=9)
        .map(|number: u128| {
            let mut row = contact_row(number, &format!("e{number}"));
            row.updated_at = Timestamp(100 - i64::try_from(number).unwrap());
            row.values[4] = Value::Integer(i64::try_from(number % 2).unwrap());
            row
        })
        .collect();
    world.insert(CONTACT, rows.clone()).await.unwrap();
    let list = |filters, order, direction, after, limit| List {
        object: CONTACT,
        filters,
        order,
        direction,
        after,
        limit,
    };
    let ids = async |list| {
        let rows = world.store.list(world.tenant, &world.catalog, list).await.unwrap().value;
        rows.iter().map(|row| row.id.0.as_u128()).collect::<Vec<_>>()
    };
    let (created, updated) = (Order::Created, Order::Updated);
    let (up, down) = (Direction::Ascending, Direction::Descending);
    assert_eq!(ids(list(vec![], created, up, None, 3)).await, [1, 2, 3]);
    assert_eq!(ids(list(vec![], created, down, Some((Timestamp(0), id(4))), 9)).await, [3, 2, 1]);
    assert_eq!(ids(list(vec![], updated, up, None, 2)).await, [9, 8]);
    assert_eq!(ids(list(vec![], updated, up, Some((Timestamp(92), id(8))), 2)).await, [7, 6]);
    let odd = vec![Filter::Equals(4, Value::Integer(1))];
    assert_eq!(ids(list(odd.clone(), created, up, Some((Timestamp(0), id(3))), 9)).await, [5, 7, 9]);
    let both = vec![odd[0].clone(), Filter::Equals(EMAIL, text("e7")), Filter::Equals(1, Value::Null)];
    assert_eq!(ids(list(both, updated, down, None, 9)).await, [7]);
}

#[tokio::test]
async fn cursors_move_only_from_where_they_are_expected() {
    let world = World::bare().await;
    let put = async |position, expect: Option<i64>| {
        let cursor =
            Cursor { name: "sink".to_owned(), position: Position(position), updated_at: Timestamp(position) };
        world.store.put_cursor(world.tenant, cursor, expect.map(Position)).await.unwrap()
    };
    assert!(!put(5, Some(3)).await);
    assert!(put(5, Some(0)).await);
    assert!(!put(6, Some(0)).await);
    assert!(put(7, Some(5)).await);
    assert!(put(4, None).await);
    let cursor = world.store.cursor(world.tenant, "sink").await.unwrap().value.unwrap();
    assert_eq!((cursor.position, cursor.updated_at), (Position(4), Timestamp(4)));
    assert_eq!(world.store.cursors(world.tenant).await.unwrap().value, [cursor]);
    assert!(world.store.delete_cursor(world.tenant, "sink").await.unwrap());
    assert!(!world.store.delete_cursor(world.tenant, "sink").await.unwrap());
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_said_so() {
    let world = World::new().await;
    let nobody = TenantId(Uuid::from_u128(404));
    assert!(matches!(world.store.state(nobody).await, Err(Error::NoTenant)));
    assert!(matches!(world.store.grant(nobody).await.map(drop), Err(Error::NoTenant)));
    let row = world.store.row(nobody, &world.catalog, COMPANY, id(1)).await;
    assert!(matches!(row, Err(Error::NoTenant)), "{row:?}");
    let changes = world.store.changes(nobody, Position(0), 10).await;
    assert!(matches!(changes, Err(Error::NoTenant)), "{changes:?}");
    let old = Arc::new(kith_model::catalog::Catalog::default());
    let row = world.store.row(world.tenant, &old, COMPANY, id(1)).await;
    assert!(matches!(row, Err(Error::SchemaChanged)), "{row:?}");
}
